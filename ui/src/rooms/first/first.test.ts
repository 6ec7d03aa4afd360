import { expect, test } from 'vitest'
import { emptyAccount, firstOf, wrongIn, type NewAccount, type Wrong } from './first'

const good: NewAccount = {
  account: 'anna.berg',
  full_name: 'Anna Berg',
  password: 'korrekt Pferd',
  again: 'korrekt Pferd',
}

test.each<[string, Partial<NewAccount>, Wrong]>([
  ['nothing is wrong', {}, {}],
  ['spaces around a name', { account: ' anna ', full_name: ' Anna ' }, {}],
  ['names in any script', { full_name: '安娜' }, {}],
  ['no name', { full_name: '  ' }, { full_name: 'first-name-missing' }],
  ['capitals', { account: 'Anna' }, { account: 'first-account-wrong' }],
  ['a space inside', { account: 'anna berg' }, { account: 'first-account-wrong' }],
  ['too long', { account: 'a'.repeat(65) }, { account: 'first-account-wrong' }],
  ['a short password', { password: 'kurz', again: 'kurz' }, { password: 'password-too-short' }],
  ['letters of two units count once', { password: '𝒜'.repeat(11) }, { password: 'password-too-short' }],
  ['another password', { again: 'korrekt Perd' }, { again: 'password-differs' }],
  [
    'nothing at all',
    emptyAccount(),
    {
      full_name: 'first-name-missing',
      account: 'first-account-wrong',
      password: 'password-too-short',
    },
  ],
])('%s', (_, change, wrong) => {
  expect(wrongIn({ ...good, ...change })).toEqual(wrong)
})

test('what is sent has no spaces around names, and the password as it was typed', () => {
  const typed = { ...good, account: ' anna ', full_name: ' Anna ', password: ' korrekt Pferd ' }
  const sent = { account: 'anna', full_name: 'Anna', password: ' korrekt Pferd ' }
  expect(firstOf(typed, ' ')).toEqual({ ...sent, measurements: null })
  const url = 'http://127.0.0.1:9090'
  expect(firstOf(typed, ` ${url} `)).toEqual({ ...sent, measurements: url })
})
