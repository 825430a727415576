// The browser's own dialog: it keeps the focus inside and gives it back afterwards.
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

type DialogProps = {
  title: string;
  style?: string;
  close: () => void;
  children: ComponentChildren;
};

export function Dialog({ title, style = '', close, children }: DialogProps) {
  const element = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const { current: dialog } = element;
    const before = document.activeElement;
    dialog?.showModal();
    return () => {
      dialog?.close();
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={element}
      class={`dialog ${style}`}
      aria-label={title}
      // The event comes later than the end of a dialog; another may be open by then.
      onClose={() => element.current && close()}
    >
      <h2>{title}</h2>
      {children}
    </dialog>
  );
}
