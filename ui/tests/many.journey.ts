// The desk of a provider with 5 000 customers and twelve months of each.
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startDesk } from './desk.mjs'
import { exportedSums, row, walking } from './walking'

const CUSTOMERS = 5_000

let desk: Awaited<ReturnType<typeof startDesk>>
const { open } = walking(() => desk.address)

beforeAll(async () => {
  desk = await startDesk('dist', 'folder', { customers: CUSTOMERS, months: 12 })
}, 240_000)

afterAll(() => desk.stop())

/** An amount as the page shows it in English. */
const shown = (currency: string, minor: number) =>
  `${currency} ${(minor / 100).toLocaleString('en-GB', { minimumFractionDigits: 2 })}`

const range = (of: { currency: string; low_minor: number; high_minor: number }) =>
  of.low_minor === of.high_minor
    ? shown(of.currency, of.low_minor)
    : `${shown(of.currency, of.low_minor)}–${shown(of.currency, of.high_minor).replace(`${of.currency} `, '')}`

interface Sum {
  currency: string
  count: number
  low_minor: number
  high_minor: number
}

/** Pages to the end of a list with one key, as often as it takes; answers how many rows there are. */
async function toTheEnd(page: Page): Promise<number> {
  const grid = page.getByRole('grid').first()
  await page.locator('tbody tr[tabindex="0"]').focus()
  // A page is asked for whenever the last row that is there comes into sight.
  await expect
    .poll(
      async () => {
        await page.keyboard.press('End')
        return grid.getAttribute('aria-rowcount')
      },
      { timeout: 60_000 },
    )
    .not.toBe('-1')
  await page.keyboard.press('End')
  const last = Number(await grid.getAttribute('aria-rowcount')) - 1
  await page.locator(`tbody tr[data-index="${last - 1}"]:focus`).waitFor()
  return last
}

test('the overview comes to what the API says, over all customers', async () => {
  const ole = await open('ole', 'overview?month=2026-10')
  const { totals } = (await desk.as('ole', 'GET', '/overview?month=2026-10')) as { totals: Sum[] }
  expect(totals.reduce((all, { count }) => all + count, 0)).toBe(CUSTOMERS + 4)
  for (const sum of totals) await ole.getByText(range(sum)).first().waitFor()
})

test('one of them is found to be given a logo', async () => {
  const mara = await open('mara', 'templates')
  await mara.getByRole('button', { name: 'Add', exact: true }).click()
  const dialog = mara.getByRole('dialog')
  const whose = dialog.getByLabel('For', { exact: true })
  await whose.getByRole('option', { name: 'all customers' }).waitFor({ state: 'attached' })
  const answers: (() => void)[] = []
  const answered = '**/api/v1/tenants?*'
  await mara.route(answered, (route) => void answers.push(() => void route.continue()))
  await dialog.getByLabel('Find customers').fill('königsforst 4712')
  // Until those that fit are there, nobody is chosen, and nothing can be added for somebody else.
  await expect.poll(() => answers.length).toBe(1)
  expect(await whose.isDisabled()).toBe(true)
  expect(await whose.getByRole('option').count()).toBe(0)
  answers.forEach((answer) => answer())
  await mara.unroute(answered)
  await expect
    .poll(() => whose.getByRole('option').allTextContents())
    .toEqual(['Stadtwerke Königsforst 4712'])
  await dialog.getByLabel('Find customers').fill('nobody is called so')
  await dialog.getByText('No customer fits. Try a part of the name.').first().waitFor()
  // What fits nobody is not meant for everybody.
  expect(await whose.isDisabled()).toBe(true)
})

test('one of them is found in the switch, and by the palette', async () => {
  const ole = await open('ole', 'months?month=2026-10')
  await ole.getByRole('button', { name: 'Customer:' }).click()
  await ole.getByPlaceholder('Find a customer').fill('königsforst 4712')
  await ole.getByRole('option', { name: 'Stadtwerke Königsforst 4712' }).waitFor()
  expect(await ole.getByRole('option').count()).toBe(1)
  await ole.keyboard.press('Enter')
  await ole.waitForFunction(() => document.querySelectorAll('tbody tr[data-index]').length === 1)
  await ole.keyboard.press('Escape')
  await ole.keyboard.press('Control+k')
  await ole.getByPlaceholder('Find a month').fill('parcel inc. 4711')
  await ole
    .getByRole('option', { name: /Prairie Parcel Inc\. 4711/ })
    .first()
    .waitFor()
  await ole.keyboard.press('Enter')
  await ole.waitForURL(/months\/tenant-4711\/contract-4711/)
})

test(
  'months are filtered and sorted, and paged to the end with the keyboard',
  { timeout: 120_000 },
  async () => {
    const ole = await open('ole', 'months?month=2026-10')
    await ole.getByRole('button', { name: 'Verdict', exact: true }).first().click()
    await ole.getByRole('menuitemradio', { name: 'Breached' }).click()
    await ole.getByRole('button', { name: 'Amount', exact: true }).first().click()
    await row(ole, 'Alpenbahn').first().waitFor()
    await row(ole, 'Prairie').first().waitFor({ state: 'detached' })
    expect(await toTheEnd(ole)).toBe(CUSTOMERS / 5 + 1)
  },
)

test('credits: the sums above the list are the API’s, and the export comes to the same', async () => {
  const ole = await open('ole', 'credits?month=2026-10')
  const totals = (await desk.as('ole', 'GET', '/credits/totals?month=2026-10')) as Sum[]
  expect(totals.map(({ currency, count }) => [currency, count])).toEqual([
    ['EUR', 2 * (CUSTOMERS / 5 + 1)],
    ['USD', CUSTOMERS / 5 + 1],
  ])
  for (const sum of totals)
    await ole
      .getByRole('row', { name: `${sum.currency} ${sum.count.toLocaleString('en-GB')} ${range(sum)}` })
      .waitFor()
  const sums = await exportedSums(ole)
  for (const { currency, low_minor } of totals) expect(sums[currency]).toBe(BigInt(low_minor))
  // Filtered to one customer, both follow.
  await ole.getByRole('button', { name: 'Customer:' }).click()
  await ole.getByPlaceholder('Find a customer').fill('tenant-4710')
  await ole.getByRole('option', { name: 'Alpenbahn Güterverkehr GmbH 4710' }).waitFor()
  await ole.keyboard.press('Enter')
  await ole.getByRole('row', { name: /^EUR 2 EUR 2,915\.62/ }).waitFor()
  expect(await exportedSums(ole)).toEqual({ EUR: 291_562n })
})
