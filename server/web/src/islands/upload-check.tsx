// On a form that takes a file of codes, or pasted ones: shows their problems before anything is
// sent, and sends what has become of them. A check that fails stops nothing: the server looks at
// the file again.
import { effect } from '@preact/signals';
import { render } from 'preact';
import { Client } from '../api/client.ts';
import { UploadApi } from '../api/upload-api.ts';
import { UploadPanel } from '../components/upload-panel.tsx';
import { tableOfLines, textOf } from '../engine/file-text.ts';
import { UploadStore } from '../stores/upload-check.ts';

// `kind`: whether the form takes a table, or only codes. Without a coding system, the form asks for
// it.
type UploadProps = { kind: 'codes' | 'table'; codingSystem: string };

const typingPauseMs = 500;

class UploadForm {
  readonly store = new UploadStore(new UploadApi(new Client()));
  private readonly form: HTMLFormElement;
  private readonly props: UploadProps;
  private pause: ReturnType<typeof setTimeout> | undefined;
  private read: File | undefined; // the table

  constructor(form: HTMLFormElement, props: UploadProps) {
    this.form = form;
    this.props = props;
    this.field('csv_data')?.addEventListener('change', () => void this.readFile());
    this.lines?.addEventListener('input', () => this.readLines(typingPauseMs));
    this.field('coding_system_id')?.addEventListener('change', () => this.look());
    // The check knows.
    const question = form.querySelector<HTMLElement>('#id_csv_has_header');
    effect(() => {
      const { check, table } = this.store;
      question?.toggleAttribute('hidden', check.value !== null && !table.value?.isTyped);
    });
    form.addEventListener('submit', (event) => this.stopWhileOpen(event));
    form.addEventListener('formdata', ({ formData }) => this.replaceIn(formData));
    if (this.file) void this.readFile();
    else this.readLines(0);
  }

  // The part of the form below which the panel stands.
  get place(): Element {
    return this.field('csv_data')?.closest('.field') ?? this.form;
  }

  look(column?: string): void {
    const { value: table } = this.store.table;
    if (!table) return;
    const system = this.props.codingSystem || this.field('coding_system_id')?.value || '';
    void this.store.look(table, system, column);
  }

  private field(name: string): HTMLInputElement | null {
    return this.form.querySelector(`[name="${name}"]`);
  }

  private get file(): File | undefined {
    return this.field('csv_data')?.files?.[0];
  }

  private get lines(): HTMLTextAreaElement | null {
    return this.form.querySelector('textarea[name=codes]');
  }

  // As a table; null if there is nothing.
  private get typed(): string | null {
    const text = this.lines?.value ?? '';
    return text.trim() === '' ? null : tableOfLines(text);
  }

  // Sent before its check is here, a form sends what it says.
  private async readFile(): Promise<void> {
    clearTimeout(this.pause);
    this.store.clear();
    const { file } = this;
    if (!file) return this.readLines(0);
    const bytes = await file.arrayBuffer().catch(() => null); // it may be gone
    if (!bytes || file !== this.file) return;
    this.read = file;
    this.store.expect({ name: file.name, ...textOf(new Uint8Array(bytes)), isTyped: false });
    this.look();
  }

  private readLines(pauseMs: number): void {
    clearTimeout(this.pause);
    if (this.typed === null) {
      if (this.store.table.value?.isTyped) this.store.clear();
      return;
    }
    this.store.expect({ name: '', text: this.typed, encoding: 'utf-8', isTyped: true });
    this.pause = setTimeout(() => this.look(), pauseMs);
  }

  private stopWhileOpen(event: Event): void {
    if (!this.store.stopsForOpen()) return;
    event.preventDefault();
    const row = `.upload-problems [data-row="${this.store.stopped.value?.row}"]`;
    // Once the row is there.
    setTimeout(() => this.form.querySelector<HTMLElement>(`${row} :is(button, select)`)?.focus());
  }

  private replaceIn(formData: FormData): void {
    const { value: table } = this.store.table;
    const mended = this.store.mended(this.props.kind);
    if (!table || mended === null) return;
    if (table.isTyped) {
      if (table.text === this.typed) formData.set('codes', mended.split('\n').slice(1).join('\n'));
      return;
    }
    if (this.read !== this.file) return;
    formData.set('csv_data', new File([mended], table.name, { type: 'text/csv' }));
    if (this.field('csv_has_header')) formData.set('csv_has_header', 'Yes');
  }
}

export function mount(element: HTMLElement, props: UploadProps): void {
  if (!(element instanceof HTMLFormElement)) return;
  const form = new UploadForm(element, props);
  const place = document.createElement('div');
  place.className = 'upload-place';
  form.place.after(place);
  render(<UploadPanel store={form.store} lookAt={(column) => form.look(column)} />, place);
}
