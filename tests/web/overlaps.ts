// Texts of a page that lie on one another. Runs in the page, so it is a function on its own.

// Pairs of texts, both in view at the same place. A text below something opaque is not in view.
export function overlappingTexts(): string[] {
  type Text = { node: Node; parent: Element; words: string; box: DOMRect };
  const sharedMin = 0.4; // of the lower text's height: lines may touch
  const columnsMin = 3;

  const hides = (element: Element) => getComputedStyle(element).overflow !== 'visible';

  // What is left of a box within all that clips it.
  const clip = (box: DOMRect, parent: Element): DOMRect => {
    let [left, top, right, bottom] = [box.left, box.top, box.right, box.bottom];
    for (let at: Element | null = parent; at; at = at.parentElement) {
      if (at === document.body) break;
      if (hides(at)) {
        const edge = at.getBoundingClientRect();
        [left, top] = [Math.max(left, edge.left), Math.max(top, edge.top)];
        [right, bottom] = [Math.min(right, edge.right), Math.min(bottom, edge.bottom)];
      }
      if (getComputedStyle(at).position === 'fixed') break;
    }
    return new DOMRect(left, top, right - left, bottom - top);
  };

  const texts: Text[] = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const { parentElement: parent } = node;
    const words = (node.textContent ?? '').trim();
    if (!parent || !words) continue;
    if (!parent.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const line of range.getClientRects()) {
      const box = clip(line, parent);
      if (box.width > columnsMin && box.height > columnsMin)
        texts.push({ node, parent, words, box });
    }
  }

  const isOpaque = (element: Element) => {
    const { backgroundColor, backgroundImage } = getComputedStyle(element);
    const isClear = /^(transparent|.*[,/] ?0(\.\d+)?\))$/.test(backgroundColor);
    return !isClear || backgroundImage !== 'none';
  };

  // Whether both can be seen at a point: nothing opaque is between them.
  const areBothSeen = (one: Element, other: Element, x: number, y: number) => {
    const stack = document.elementsFromPoint(x, y);
    const places = [stack.indexOf(one), stack.indexOf(other)];
    if (places.includes(-1)) return false;
    const last = Math.max(...places);
    const lower = stack[last] ?? null;
    return !stack.slice(0, last).some((above) => !above.contains(lower) && isOpaque(above));
  };

  texts.sort((one, other) => one.box.top - other.box.top);
  const found: string[] = [];
  const scrolled = [scrollX, scrollY] as const;
  texts.forEach((one, at) => {
    for (const other of texts.slice(at + 1)) {
      if (other.box.top >= one.box.bottom) break;
      if (other.node === one.node) continue; // what an ellipsis stands for has a box, too
      const top = Math.max(one.box.top, other.box.top);
      const height = Math.min(one.box.bottom, other.box.bottom) - top;
      const left = Math.max(one.box.left, other.box.left);
      const width = Math.min(one.box.right, other.box.right) - left;
      if (width < columnsMin) continue;
      if (height < sharedMin * Math.min(one.box.height, other.box.height)) continue;
      const [x, y] = [left + width / 2 + scrolled[0], top + height / 2 + scrolled[1]];
      scrollTo({ left: 0, top: y - innerHeight / 2, behavior: 'instant' });
      if (!areBothSeen(one.parent, other.parent, x - scrollX, y - scrollY)) continue;
      found.push(`“${one.words.slice(0, 60)}” and “${other.words.slice(0, 60)}”`);
    }
  });
  scrollTo({ left: scrolled[0], top: scrolled[1], behavior: 'instant' });
  return found;
}
