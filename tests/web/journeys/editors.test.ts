// Journeys 23 to 25: two people on one draft, each in a browser of their own.
import { expect } from 'vitest';
import { journey, useBrowser, type Visitor } from '../browser.ts';
import { RealDraft } from './real-draft.ts';

useBrowser();

async function together(
  visitor: Visitor,
  name: string,
  run: (drafts: [RealDraft, RealDraft]) => Promise<void>,
) {
  await visitor.logIn('alice');
  const hers = await RealDraft.create(visitor, name, ['asthma']);
  const bob = await visitor.another();
  try {
    await bob.logIn('bob');
    const his = hers.as(bob);
    await Promise.all([hers.open(), his.open()]);
    await run([hers, his]);
    expect(bob.complaints).toEqual([]);
  } finally {
    await bob.page.context().close();
  }
}

const seenWithinMs = 2_000; // the aim is one second, of a machine that does nothing else

// When the term's row got that style, by the clock that all pages share.
async function watchForStyle({ page }: RealDraft, term: string, style: string) {
  const seen = page.evaluateHandle(
    ([label, wanted]) => ({
      at: new Promise<number>((resolve) => {
        const look = () => {
          if (document.querySelector(`.row-${wanted}[aria-label^="${label},"]`)) {
            resolve(Date.now());
          }
        };
        new MutationObserver(look).observe(document.body, {
          subtree: true,
          childList: true,
          attributes: true,
        });
      }),
    }),
    [term, style] as const,
  );
  const watch = await seen;
  return () => watch.evaluate(({ at }) => at);
}

// When the button was pressed.
async function pressAt(draft: RealDraft, term: string, sign: 'Include' | 'Exclude') {
  const button = draft.row(term).getByRole('button', { name: sign });
  const pressed = await button.evaluateHandle((element) => ({
    at: new Promise<number>((resolve) => {
      element.addEventListener('click', () => resolve(Date.now()), { once: true });
    }),
  }));
  await button.click();
  return pressed.evaluate(({ at }) => at);
}

journey('two people, different codes: both see both at once, and each other', async (visitor) => {
  await together(visitor, 'Both', async ([hers, his]) => {
    // Both hear of the other before they begin.
    await hers.page.getByRole('button', { name: /Bob Brown is/ }).waitFor();
    await his.page.getByRole('button', { name: /Alice Adams is/ }).waitFor();
    const shownToHim = await watchForStyle(his, 'Acute exacerbation of asthma', 'excluded');
    const excluded = await pressAt(hers, 'Acute exacerbation of asthma', 'Exclude');
    expect((await shownToHim()) - excluded).toBeLessThanOrEqual(seenWithinMs);
    const shownToHer = await watchForStyle(hers, 'Childhood asthma', 'included');
    const included = await pressAt(his, 'Childhood asthma', 'Include');
    expect((await shownToHer()) - included).toBeLessThanOrEqual(seenWithinMs);
    await his.expectStatus('Acute exacerbation of asthma', 'excluded');
    await hers.expectStatus('Childhood asthma', 'included');
    await hers.expectAgreement();
    await his.expectAgreement();
    await hers.page.getByRole('button', { name: /Bob Brown is/ }).waitFor();
    await his.page.getByRole('button', { name: /Alice Adams is/ }).waitFor();
    await hers.row('Childhood asthma').getByText('Bob Brown').waitFor();
    await visitor.check('together');
  });
});

journey('the same code, both: one gets the card, and "Use mine" wins', async (visitor) => {
  await together(visitor, 'Same code', async ([hers, his]) => {
    // Hers does not hear of his decision before she makes hers.
    await hers.page.context().setOffline(true);
    await his.press('Childhood asthma', 'Exclude');
    await his.expectAgreement();
    await hers.press('Childhood asthma', 'Include');
    await hers.page.context().setOffline(false);
    const card = hers.page.getByRole('alert', { name: 'Two decisions on one code' });
    await card.waitFor();
    await hers.expectStatus('Childhood asthma', 'excluded');
    visitor.complaints.length = 0; // the browser itself names the 409, and what failed offline
    await visitor.check('card');
    await card.getByRole('button', { name: 'Use mine' }).click();
    await hers.expectStatus('Childhood asthma', 'included');
    await his.expectStatus('Childhood asthma', 'included');
    await hers.expectAgreement();
    await his.expectAgreement();
    expect(
      (await hers.statuses())[(await hers.row('Childhood asthma').getAttribute('data-code')) ?? ''],
    ).toBe('+');
  });
});

journey('my undo while another goes on: only my step is taken back', async (visitor) => {
  await together(visitor, 'My undo', async ([hers, his]) => {
    await hers.press('Acute exacerbation of asthma', 'Exclude');
    await hers.expectAgreement();
    await his.expectStatus('Acute exacerbation of asthma', 'excluded');
    await his.press('Childhood asthma', 'Include');
    await his.expectAgreement();
    await hers.expectStatus('Childhood asthma', 'included');
    await hers.page.getByRole('button', { name: 'Undo' }).click();
    await hers.expectStatus('Acute exacerbation of asthma', 'undecided');
    await his.expectStatus('Acute exacerbation of asthma', 'undecided');
    await hers.expectStatus('Childhood asthma', 'included');
    await hers.expectAgreement();
    await his.expectAgreement();
  });
});
