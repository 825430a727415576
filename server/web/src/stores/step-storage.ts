// Waiting steps in the browser's database, so that closing the tab loses none. Where the browser
// has none (private windows), they are only in memory.
import type { Step, StepStorage } from './queue.ts';

const databaseName = 'codelog';
const storeName = 'waiting-steps';

function whenDone<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function openDatabase(): Promise<IDBDatabase | null> {
  try {
    const request = indexedDB.open(databaseName, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(storeName, { keyPath: 'key' });
    return await whenDone(request);
  } catch {
    return null;
  }
}

export class BrowserStepStorage implements StepStorage {
  private readonly database = openDatabase();

  async save(step: Step): Promise<void> {
    await (await this.store('readwrite'))?.put(step);
  }

  async remove(key: string): Promise<void> {
    await (await this.store('readwrite'))?.delete(key);
  }

  // The steps of a draft that an earlier tab could not save, the oldest first.
  async left(version: string): Promise<Step[]> {
    const store = await this.store('readonly');
    if (!store) return [];
    const all: Step[] = await whenDone(store.getAll());
    return all.filter((step) => step.version === version).sort((one, other) => one.at - other.at);
  }

  private async store(mode: IDBTransactionMode): Promise<IDBObjectStore | null> {
    const database = await this.database;
    return database?.transaction(storeName, mode).objectStore(storeName) ?? null;
  }
}
