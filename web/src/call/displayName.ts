/** What a person is called on the page. */
export function displayName(person: { fullName: string; username: string }): string {
  return person.fullName.trim() || person.username;
}
