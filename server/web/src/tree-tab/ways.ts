// The way back from a code's first place to where somebody met it before.
import { signal } from '@preact/signals';
import type { ViewStore } from '../stores/view.ts';

export class Ways {
  readonly before = signal<readonly number[]>([]); // places, the last one first to return to
  private readonly view: ViewStore;

  constructor(view: ViewStore) {
    this.view = view;
  }

  goHome(row: number): void {
    const place = this.view.placeAt(row);
    if (place === null) return;
    this.before.value = [...this.before.value, place];
    this.view.goTo(this.view.codeAt(row));
  }

  goBack(): void {
    const place = this.before.value.at(-1);
    if (place === undefined) return;
    this.before.value = this.before.value.slice(0, -1);
    this.view.goToPlace(place);
  }
}
