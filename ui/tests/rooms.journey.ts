import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PASSWORD, startDesk } from './desk.mjs'
import { goTo, row, totp, walking } from './walking'

let desk: Awaited<ReturnType<typeof startDesk>>
const { open, newPage } = walking(() => desk.address)
const credit = 'credits?month=2026-10&credit=alpenbahn%2Falpenbahn-platform%2F2026-10%2Favailability'

beforeAll(async () => {
  desk = await startDesk()
  await desk.as('mara', 'POST', '/months/alpenbahn/alpenbahn-platform/2026-10/steps', {
    step: 'submit',
    note: '',
  })
})

afterAll(() => desk.stop())

describe('the overview', () => {
  test('says what waits, and leads to it', async () => {
    const ole = await open('ole', 'overview?month=2026-10')
    await ole.getByRole('link', { name: 'Approve 2 credits' }).click()
    await row(ole, 'Alpenbahn').first().waitFor()
    expect(new URL(ole.url()).hash).toContain('state=in_review')
    expect(await row(ole).count()).toBe(2)
  })

  test('draws twelve months, and says the same in a table', async () => {
    const mara = await open('mara', 'overview?month=2026-10')
    const figure = mara.locator('figure')
    await figure.locator('svg').waitFor()
    await figure.getByRole('button', { name: 'Show as table' }).click()
    expect(await figure.locator('tbody tr').count()).toBe(12)
    await figure.getByRole('row', { name: /October 2026 2 1 1 EUR 2,915\.62 USD 0\.00–980\.00/ }).waitFor()
    await figure.getByRole('row', { name: 'November 2025 Not closed' }).waitFor()
  })

  test('shows how the running month stands after somebody had a look', async () => {
    const mara = await open('mara', 'overview?month=2026-10')
    await mara.getByText('Nobody has had a look yet').waitFor()
    await mara.locator('[data-look]').click()
    // The demo’s files are of another month; that is said, and a look at that month helps.
    await mara.getByRole('alert').getByText('file.outside_period').first().waitFor()
    await desk.done('mara', { kind: 'standing', at: '2026-10-15T10:00:30Z' })
    await mara.reload()
    await mara.getByText('nothing of it is recorded').waitFor()
    await mara.getByRole('row', { name: /Alpenbahn .* 134\.10% Does not last/ }).waitFor()
    // Who may not start it sees what it came to.
    const otto = await open('otto', 'overview?month=2026-10')
    await otto.getByRole('row', { name: /Prairie .* 117\.31% – 1,779\.09% Does not last/ }).waitFor()
    expect(await otto.locator('[data-look]').count()).toBe(0)
  })
})

describe('credits', () => {
  test('several states fit at once, and the sums are those of the list', async () => {
    const ole = await open('ole', 'credits?month=2026-10')
    await ole.getByRole('row', { name: /^USD 1 USD 0\.00–980\.00/ }).waitFor()
    await ole.getByRole('button', { name: 'State', exact: true }).first().click()
    await ole.getByRole('menuitemcheckbox', { name: 'In review' }).click()
    await ole.getByRole('menuitemcheckbox', { name: 'Issued' }).click()
    await ole.keyboard.press('Escape')
    await ole.getByRole('row', { name: /^USD/ }).waitFor({ state: 'detached' })
    await ole.getByRole('row', { name: /^EUR 2 EUR 2,915\.62/ }).waitFor()
    expect(new URL(ole.url()).hash).toMatch(/state=in_review(,|%2C)issued/)
  })

  test('the panel says what a credit means for the invoice, and keeps what was typed', async () => {
    const ole = await open('ole', credit)
    const panel = ole.locator('aside')
    await panel.getByText('What it means for the invoice').waitFor()
    await panel.locator('[data-step="comment"]').click()
    await panel.getByLabel('Your comment').fill('Half a thought')
    await panel.getByRole('button', { name: 'Cancel' }).click()
    await panel.locator('[data-undo]').click()
    expect(await panel.getByLabel('Your comment').inputValue()).toBe('Half a thought')
    // Elsewhere and back: it is there still.
    await goTo(ole, 'months?month=2026-10')
    await row(ole, 'Alpenbahn').waitFor()
    await goTo(ole, credit)
    expect(await panel.getByLabel('Your comment').inputValue()).toBe('Half a thought')
    await panel.locator('[data-confirm]').click()
    await panel.getByText('Half a thought').waitFor()
    expect(await panel.locator('[data-undo]').count()).toBe(0)
  })

  test('a saved view is renamed and removed', async () => {
    const ole = await open('ole', 'credits?month=2026-10&state=draft')
    const views = () => ole.getByRole('button', { name: 'Views' }).click()
    await views()
    await ole.getByRole('menuitem', { name: 'Save this view' }).click()
    await ole.getByRole('textbox', { name: 'Name' }).fill('Drafts')
    await ole.keyboard.press('Enter')
    await views()
    await ole.getByRole('menuitem', { name: 'Rename “Drafts”' }).click()
    await ole.getByRole('textbox', { name: 'Name' }).fill('To be looked at')
    await ole.keyboard.press('Enter')
    await views()
    await ole.getByRole('menuitem', { name: 'To be looked at', exact: true }).waitFor()
    await ole.getByRole('menuitem', { name: 'Remove “To be looked at”' }).click()
    await views()
    expect(await ole.getByRole('menuitem').allInnerTexts()).toEqual(['Save this view …'])
  })
})

describe('closing', () => {
  test('some customers are chosen by search; a failure names the customer, and just that one is tried again', async () => {
    const mara = await open('mara', 'close?month=2026-10')
    await mara.getByText('4 months are closed already').waitFor()
    await mara.getByLabel('Certain customers').check()
    await mara.getByLabel('Find customers').fill('güter')
    await mara.getByLabel('Alpenbahn').check()
    await mara.getByLabel('Find customers').fill('prairie')
    await mara.getByLabel('Prairie').check()
    await mara.getByRole('button', { name: 'Close October 2026 for 2 customers' }).click()
    const first = mara.locator('article').first()
    await first.getByText('alpenbahn, prairie').waitFor()
    await first.getByText('Done', { exact: true }).waitFor()
    expect(await first.locator('.outcome li').count()).toBe(2)

    await desk.remove('measurements/prairie/latency.parquet')
    await mara.getByRole('button', { name: 'Close October 2026 for 2 customers' }).click()
    const failures = mara.getByRole('region', { name: '1 customer was not closed' })
    await failures.getByText('The file of measurements cannot be read').waitFor()
    await failures.getByText('file.read').waitFor()
    expect(await mara.locator('article').first().locator('.outcome li').count()).toBe(1)
    // By key: what is found out meanwhile may move the button away from below a pointer.
    await failures.locator('[data-retry]').press('Enter')
    const retried = mara.locator('article').first()
    await retried.getByText('Failed').waitFor()
    await retried.getByText('prairie', { exact: true }).waitFor()
  })
})

describe('settings', () => {
  test('an authenticator app is set up with its picture, and removed', async () => {
    const otto = await open('otto', 'settings')
    await otto.locator('[data-app="set-up"]').click()
    const dialog = otto.locator('[role="dialog"]')
    await dialog.getByLabel('Password').fill('not the password')
    await dialog.locator('button[type="submit"]').click()
    await dialog.getByText('You are still signed in').waitFor()
    await dialog.getByLabel('Password').fill(PASSWORD)
    await dialog.locator('button[type="submit"]').click()
    await dialog.getByRole('img', { name: 'QR code' }).waitFor()
    const secret = (await dialog.locator('[data-secret]').innerText()).replaceAll(/\s/g, '')
    await dialog.getByRole('textbox', { name: 'Code' }).fill(totp(secret, Date.now()))
    await dialog.locator('button[type="submit"]').click()
    await dialog.getByRole('status').waitFor()
    await dialog.getByRole('button', { name: 'Close' }).last().click()
    await otto.locator('[data-app="remove"]').click()
    await dialog.getByLabel('Password, or a code of the app').fill(PASSWORD)
    await dialog.locator('button[type="submit"]').click()
    await otto.locator('[data-app="set-up"]').waitFor()
  })

  test('somebody is added, changed and disabled; a token is shown once and revoked; a limit is set', async () => {
    const anna = await open('anna', 'settings?tab=people')
    await anna.locator('[data-add]').click()
    const dialog = anna.locator('[role="dialog"]')
    await dialog.getByLabel('Name', { exact: true }).fill('Nora Ünal')
    await dialog.getByLabel('Account', { exact: true }).fill('nora')
    await dialog.getByLabel('Role').selectOption('tenant_viewer')
    await dialog.getByText('Whoever looks on as a customer sees certain customers').waitFor()
    await dialog.getByLabel('Certain customers').check()
    await dialog.getByLabel('Prairie').check()
    await dialog.getByLabel('Password').fill(PASSWORD)
    await dialog.locator('[data-confirm]').click()
    await row(anna, 'Nora Ünal', 'prairie').click()
    await dialog.getByLabel('Role').selectOption('operator')
    // Somebody else is faster: what was chosen stays.
    await desk.as('anna', 'PATCH', '/accounts/nora', { full_name: 'Nora Unal' }, { 'if-match': '"1"' })
    await dialog.locator('[data-confirm]').click()
    await dialog.getByRole('button', { name: 'Look again' }).click()
    await dialog.getByRole('alert').waitFor({ state: 'detached' })
    await dialog.getByLabel('The account can be used').uncheck()
    await dialog.locator('[data-confirm]').click()
    await row(anna, 'Nora Ünal', 'Operations', 'Disabled').waitFor()

    await anna.getByRole('tab', { name: 'Tokens' }).click()
    await anna.locator('[data-add]').click()
    await dialog.getByLabel('Token', { exact: true }).fill('nightly')
    await dialog.getByLabel('What for').fill('nightly close')
    await dialog.getByLabel('Acts for').selectOption('mara')
    await dialog.locator('[data-confirm]').click()
    const secret = await dialog.locator('[data-secret]').innerText()
    expect(secret.length).toBeGreaterThan(30)
    await dialog.locator('[data-kept]').click()
    await row(anna, 'nightly', 'Good').click()
    expect(await dialog.getByText(secret).count()).toBe(0)
    await dialog.locator('[data-confirm]').click()
    await row(anna, 'nightly', 'Revoked').waitFor()

    await anna.getByRole('tab', { name: 'Limits of amounts' }).click()
    await anna.locator('[data-add]').click()
    await dialog.getByLabel('Most per credit').fill('1,250.50')
    await dialog.locator('[data-confirm]').click()
    await anna.getByRole('row', { name: /Finance EUR EUR 1,250\.50/ }).waitFor()
  })
})

test('a customer has a portal of their own, in their language, and nothing else', async () => {
  const vera = await open('vera', 'overview', 'de')
  await vera.getByRole('heading', { name: 'Willkommen, Vera Nordlicht' }).waitFor()
  await vera.getByText('Noch ist kein Monat für Sie ausgestellt').waitFor()
  for (const account of ['mara', 'ole', 'mara'] as const) {
    const step = { mara: 'submit', ole: 'approve' }[account]
    const state = (await desk.as('ole', 'GET', '/months?tenant=nordlicht')) as { items: { state: string }[] }
    await desk.as(account, 'POST', '/months/nordlicht/nordlicht-platform/2026-10/steps', {
      step: state.items[0]?.state === 'approved' ? 'issue' : step,
      note: '',
    })
  }
  await vera.reload()
  await vera.getByRole('link', { name: /Oktober 2026/ }).click()
  await vera.getByText('Wir haben in diesem Monat alles gehalten').waitFor()
  expect(await vera.locator('nav').count()).toBe(0)
  expect(await vera.getByText('Gutschriften', { exact: true }).count()).toBe(0)
  const [download] = await Promise.all([
    vera.waitForEvent('download'),
    vera.getByRole('button', { name: /report\.pdf/ }).click(),
  ])
  expect(download.suggestedFilename()).toContain('report.pdf')
  for (const place of ['credits', 'close', 'audit', 'customers']) {
    await goTo(vera, `${place}?month=2026-10`)
    await vera.getByText('Diese Seite gibt es nicht').waitFor()
  }
  const guest = await newPage()
  expect((await guest.request.get(`${desk.address}/api/v1/credits`)).status()).toBe(401)
})
