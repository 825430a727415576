// Builds primary keys by sorting once, when the rows of a table are in, instead of inserting each
// key into a growing tree. With the rows of 50,000 concepts of SNOMED CT, writing takes 0.4 s
// instead of 1.0 s, and sealing the file 0.7 s instead of 0.6 s.
//
// SQLite has no statement for this, but its description of the file format shows the way
// (https://www.sqlite.org/fileformat2.html, 2.6): the index of a primary key is an ordinary index,
// whose row in the schema has a certain name and no SQL. So the tables are made without their keys.
// At the end, each key is made as a unique index, and the schema is written as if the table had
// been made with the key. The result is the file that SQLite would have made, except for the order
// in the schema; PRAGMA integrity_check agrees.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "events/base/result.h"

namespace codelog::coding_systems {

class SortedKeys {
 public:
  // Takes CREATE TABLE statements and returns the statements to run instead. Changes only tables
  // whose one automatic index is that of a primary key of one column. Integer keys need no index,
  // so such tables stay as they are. Errors: io (SQLite rejects the SQL).
  base::Result<std::string> without_keys(std::string_view tables_sql);

  // The SQL that makes the key of a table whose rows are all in. Call once, and only for tables
  // with a key to sort. The SQL fails where two rows have the same key.
  std::string take_key_sql(std::string_view table);
  // The SQL that makes the remaining keys, and the schema. Run it last, when all rows are in, and
  // then close the file before using it.
  std::string take_keys_sql();

 private:
  struct Key {
    std::string table;
    std::string column;
    std::string table_sql;  // with the key
    bool is_taken = false;
  };
  std::vector<Key> keys_;
};

}  // namespace codelog::coding_systems
