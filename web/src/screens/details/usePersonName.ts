import { useTranslation } from 'react-i18next';
import { useUser } from '../../app/context.tsx';
import { nameOf } from '../callRecord.ts';
import type { CallDetails } from '../timeline.ts';

/** Names of a call's people by user id; the own one says so, unless it is wanted `plain`. */
export function usePersonName({ call, participants }: CallDetails): (userId: string, plain?: boolean) => string {
  const { t } = useTranslation();
  const user = useUser();
  const people = [call.caller, ...(call.callee ? [call.callee] : [])];
  const names = new Map(people.map((person) => [person.id, nameOf(person)]));
  for (const { user_id, full_name, username, role } of participants) {
    const name = full_name.trim() || username;
    names.set(user_id, role === 'guest' ? t('details.guest', { name }) : name);
  }
  return (userId, plain = false) => {
    const name = names.get(userId) ?? '?';
    return userId === user.id && !plain ? t('details.you', { name }) : name;
  };
}
