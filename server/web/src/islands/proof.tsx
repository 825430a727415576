// The proof of a commit, checked by the visitor's own browser.
import { render } from 'preact';
import { Client } from '../api/client.ts';
import { LogApi } from '../api/log-api.ts';
import { type Claimed, ProofStore } from '../stores/proof.ts';
import * as words from '../words/proof.ts';

function saveEvidence(store: ProofStore, position: number): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([store.evidence()], { type: 'application/json' }));
  link.download = `evidence-${position}.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

function Checks({ store }: { store: ProofStore }) {
  return (
    <ul class="proof-checks">
      {store.checks.value.map((check) => (
        <li key={check.words} class={check.good ? 'proof-good' : 'proof-bad'}>
          <span class="proof-sign" aria-hidden="true">
            {check.good ? '✓' : '✗'}
          </span>
          <span>{check.words}</span>
        </li>
      ))}
    </ul>
  );
}

function ProofPanel({ store, position }: { store: ProofStore; position: number }) {
  const { value: state } = store.state;
  if (state === 'checking') return <p class="proof-title">{words.checking}</p>;
  if (state === 'unknown') {
    return (
      <>
        <p class="proof-title">{words.notChecked}</p>
        <p>{store.problem.value}</p>
        <button type="button" class="secondary" onClick={() => void store.check()}>
          {words.again}
        </button>
      </>
    );
  }
  return (
    <>
      <p class="proof-title">{state === 'good' ? words.good : words.bad}</p>
      {state === 'bad' && <p>{words.badAdvice}</p>}
      <Checks store={store} />
      {state === 'bad' && (
        <button type="button" class="secondary" onClick={() => saveEvidence(store, position)}>
          {words.evidence}
        </button>
      )}
    </>
  );
}

function Proof({ store, position }: { store: ProofStore; position: number }) {
  return (
    <div class={`proof-panel proof-${store.state.value}`} role="status">
      <ProofPanel store={store} position={position} />
    </div>
  );
}

export function mount(element: HTMLElement, props: Claimed): void {
  const store = new ProofStore(new LogApi(new Client()), props);
  element.replaceChildren();
  render(<Proof store={store} position={props.position} />, element);
  void store.check();
}
