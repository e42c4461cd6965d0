import type { Person } from './browsers.ts';

/** Starts a meeting and enters it. @returns its link. */
export async function startMeeting(person: Person): Promise<string> {
  await person.page.getByTestId('start-meeting').click();
  await passPreJoin(person);
  return person.page.url();
}

export async function enterMeeting(person: Person, link: string): Promise<void> {
  await person.page.goto(link);
  await passPreJoin(person);
}

async function passPreJoin({ page }: Person): Promise<void> {
  const consent = page.getByTestId('consent-accept');
  const join = page.getByTestId('prejoin-join');
  await consent.or(join).first().waitFor();
  if (await consent.isVisible()) await consent.click();
  await join.click();
  await page.getByTestId('call').waitFor();
}
