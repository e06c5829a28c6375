import { Field, Select, TextInput } from '../../../ui/field.tsx';
import { NumberField } from '../../../ui/number-field.tsx';

/** With which lease a key is written. */
export type LeaseWish =
  | { readonly kind: 'none' }
  | { readonly kind: 'existing'; readonly leaseId: string }
  | { readonly kind: 'new'; readonly ttlText: string };

export function leaseProblem(wish: LeaseWish): string {
  if (wish.kind === 'existing') return wish.leaseId === '' ? 'Which lease?' : '';
  if (wish.kind === 'none') return '';
  const seconds = Number(wish.ttlText);
  return Number.isFinite(seconds) && seconds >= 0.1 ? '' : 'A number of seconds, at least 0.1.';
}

/** A key with a lease is deleted when the lease ends. */
export function LeaseField({
  wish,
  onChange,
}: {
  readonly wish: LeaseWish;
  readonly onChange: (wish: LeaseWish) => void;
}) {
  const problem = leaseProblem(wish);
  return (
    <div className="grid grid-cols-2 gap-3">
      <Field label="Lease" hint="The key is deleted when its lease ends">
        {(ids) => (
          <Select
            {...ids}
            label="Lease"
            value={wish.kind}
            choices={[
              { value: 'none', label: 'none: it stays' },
              { value: 'existing', label: 'one that exists' },
              { value: 'new', label: 'a new one' },
            ]}
            onChange={(kind) =>
              onChange(
                kind === 'none' ? { kind } : kind === 'existing' ? { kind, leaseId: '' } : { kind, ttlText: '60' },
              )
            }
          />
        )}
      </Field>
      {wish.kind === 'existing' ? (
        <Field label="Lease id" error={problem}>
          {(ids) => (
            <TextInput
              {...ids}
              mono
              value={wish.leaseId}
              onChange={(event) => onChange({ kind: 'existing', leaseId: event.target.value.trim() })}
            />
          )}
        </Field>
      ) : wish.kind === 'new' ? (
        <NumberField
          label="Seconds"
          hint="Nobody renews it: the key ends then"
          error={problem}
          value={wish.ttlText}
          onChange={(ttlText) => onChange({ kind: 'new', ttlText })}
        />
      ) : null}
    </div>
  );
}
