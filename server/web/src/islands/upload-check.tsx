// On a form that takes a file of codes, or pasted ones: shows their problems before anything is
// sent, and sends what has become of them. A check that fails stops nothing: the server looks at
// the file again.
import { effect } from '@preact/signals';
import { render } from 'preact';
import { Client } from '../api/client.ts';
import { UploadApi } from '../api/upload-api.ts';
import { UploadPanel } from '../components/upload-panel.tsx';
import { tableOfLines, textOf } from '../engine/file-text.ts';
import { type Table, UploadStore } from '../stores/upload-check.ts';

// `kind`: whether the form takes a table, or only codes. Without a coding system, the form asks for
// it.
type UploadProps = { kind: 'codes' | 'table'; codingSystem: string };

const typingPauseMs = 500;

class UploadForm {
  readonly store = new UploadStore(new UploadApi(new Client()));
  private readonly form: HTMLFormElement;
  private readonly props: UploadProps;
  private pause: ReturnType<typeof setTimeout> | undefined;

  constructor(form: HTMLFormElement, props: UploadProps) {
    this.form = form;
    this.props = props;
    this.file?.addEventListener('change', () => void this.readFile());
    this.lines?.addEventListener('input', () => {
      clearTimeout(this.pause);
      this.pause = setTimeout(() => this.readLines(), typingPauseMs);
    });
    this.field('coding_system_id')?.addEventListener('change', () => this.look());
    // The check knows.
    const question = form.querySelector<HTMLElement>('#id_csv_has_header');
    effect(() => {
      const { check, table } = this.store;
      question?.toggleAttribute('hidden', check.value !== null && !table.value?.isTyped);
    });
    form.addEventListener('submit', (event) => this.stopWhileOpen(event));
    form.addEventListener('formdata', ({ formData }) => this.replaceIn(formData));
    if (this.file?.files?.length) void this.readFile();
    else this.readLines();
  }

  // The part of the form below which the panel stands.
  get place(): Element {
    return this.file?.closest('.field') ?? this.form;
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

  private get file(): HTMLInputElement | null {
    return this.field('csv_data');
  }

  private get lines(): HTMLTextAreaElement | null {
    return this.form.querySelector('textarea[name=codes]');
  }

  private show(table: Table | null): void {
    this.store.clear();
    this.store.table.value = table;
    this.look();
  }

  private async readFile(): Promise<void> {
    const file = this.file?.files?.[0];
    if (!file) return this.show(null);
    const bytes = new Uint8Array(await file.arrayBuffer());
    this.show({ name: file.name, ...textOf(bytes), isTyped: false });
  }

  private readLines(): void {
    const text = this.lines?.value ?? '';
    if (text.trim() === '') {
      if (this.store.table.value?.isTyped) this.show(null);
      return;
    }
    this.show({ name: '', text: tableOfLines(text), encoding: 'utf-8', isTyped: true });
  }

  private stopWhileOpen(event: Event): void {
    const { store } = this;
    if (store.isCut.value || store.open.value.length === 0) return;
    event.preventDefault();
    const first = store.open.value[0]?.row;
    const rows = [...this.form.querySelectorAll('.upload-problems tbody tr')];
    const at = store.ofRows.value.findIndex(({ row }) => row === first);
    const button = (rows[at] ?? rows[0])?.querySelector<HTMLElement>('button, select');
    button?.focus();
  }

  private replaceIn(formData: FormData): void {
    const { value: table } = this.store.table;
    const mended = this.store.mended(this.props.kind);
    if (!table || mended === null) return;
    if (table.isTyped) {
      formData.set('codes', mended.split('\n').slice(1).join('\n'));
      return;
    }
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
