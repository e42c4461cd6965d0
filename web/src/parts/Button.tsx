import type { ComponentProps } from 'react';
import { Link } from 'wouter';
import styles from './Button.module.css';

type Look = 'plain' | 'main' | 'line' | 'quiet' | 'danger';

function classes(look: Look, wide: boolean, extra: string | undefined): string {
  return [styles.button, look === 'plain' ? '' : styles[look], wide ? styles.wide : '', extra ?? ''].join(' ').trim();
}

export interface ButtonProps extends ComponentProps<'button'> {
  look?: Look;
  wide?: boolean;
}

export function Button({ look = 'plain', wide = false, className, ...rest }: ButtonProps) {
  return <button type="button" className={classes(look, wide, className)} {...rest} />;
}

/** A place within the page that looks like a button. */
export function ButtonLink({
  href,
  look = 'plain',
  className,
  ...rest
}: ComponentProps<'a'> & { href: string; look?: Look }) {
  return <Link href={href} className={classes(look, false, className)} {...rest} />;
}

/** A square button with an icon; `label` is its name. */
export function IconButton({ label, className, ...rest }: ComponentProps<'button'> & { label: string }) {
  return (
    <button type="button" className={`${styles.icon} ${className ?? ''}`} aria-label={label} title={label} {...rest} />
  );
}

export function IconLink({ label, href, ...rest }: ComponentProps<'a'> & { label: string; href: string }) {
  return <Link href={href} className={styles.icon ?? ''} aria-label={label} title={label} {...rest} />;
}
