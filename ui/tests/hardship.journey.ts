// What goes wrong around the desk, and what people write into it: said where it happens, with what to do, and nothing is lost.
import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { signIn, startDesk } from './desk.mjs'
import { goTo, row, walking } from './walking'
import { wordsIn } from './words'

let desk: Awaited<ReturnType<typeof startDesk>>
const { newPage, open } = walking(() => desk.address)
const MONTH = '/months/alpenbahn/alpenbahn-platform/2026-10'

/** Nothing is wider than the window, and no part of the page than its place. */
async function fits(page: Page): Promise<void> {
  await page.waitForFunction(() => document.querySelector('main .skeleton, [aria-busy="true"]') === null)
  const wide = await page.evaluate(() =>
    [document.documentElement, ...document.querySelectorAll('main, .page, aside, aside .body')]
      .filter((part) => part.scrollWidth > part.clientWidth + 1)
      .map((part) => `${part.tagName} ${part.scrollWidth} in ${part.clientWidth}`),
  )
  expect(wide, page.url()).toEqual([])
}

describe('what goes wrong', () => {
  beforeAll(async () => {
    desk = await startDesk()
  })

  afterAll(() => desk.stop())

  test('a ledger that sleeps is told, and asked again', async () => {
    const t = wordsIn('de')
    const page = await open('ole', 'overview', 'de')
    // As the API answers then, which its own tests prove with a server that is stopped.
    const asleep = { status: 503, code: 'ledger.unreachable', detail: 'the ledger does not answer' }
    await page.route('**/api/v1/months?**', (route) =>
      route.fulfill({
        status: 503,
        contentType: 'application/problem+json',
        body: JSON.stringify(asleep),
      }),
    )
    await goTo(page, 'months?month=2026-10')
    const notice = page.locator('section.table').getByRole('alert')
    await notice.getByText(t('problem-ledger'), { exact: true }).waitFor()
    await notice.getByText(t('problem-ledger-next')).waitFor()
    await page.unroute('**/api/v1/months?**')
    await notice.getByRole('button', { name: t('action-retry') }).click()
    await row(page, 'Nordlicht').waitFor()
  })

  test('what the palette is asked for is done, however late the latest month is known', async () => {
    const t = wordsIn('en')
    const page = await newPage()
    const answers: (() => void)[] = []
    await page.route('**/api/v1/months?limit=1', (route) => void answers.push(() => void route.continue()))
    await signIn(page, desk.address, 'gwen')
    await page.keyboard.press('Control+k')
    await page.keyboard.insertText(t('audit-verify'))
    await page
      .getByRole('option', { selected: true })
      .filter({ hasText: t('audit-verify') })
      .waitFor()
    await page.keyboard.press('Enter')
    await page.waitForFunction(() => location.hash === '#/audit')
    expect(answers).toHaveLength(1)
    answers.forEach((answer) => answer())
    await page.getByText(t('chain-sound'), { exact: true }).waitFor()
    expect(await page.evaluate(() => location.hash)).toContain('month=')
  })

  test('an export that breaks off says so, and is tried again', async () => {
    const page = await open('ole', 'credits?month=2026-10')
    await row(page, 'Alpenbahn').first().waitFor()
    await page.route('**/api/v1/credits?**', (route) => route.abort())
    await page.locator('[data-export]').click()
    const notice = page.locator('section.table').getByRole('alert')
    await notice.getByText('The server does not answer').waitFor()
    await page.unroute('**/api/v1/credits?**')
    const download = page.waitForEvent('download')
    await notice.getByRole('button', { name: 'Try again' }).click()
    expect(await readFile(await (await download).path(), 'utf8')).toContain('2765.62')
  })

  test('a disk that is full fails a close, with what to do', async () => {
    const t = wordsIn('de')
    const page = await open('mara', 'overview', 'de')
    const job = await desk.done('mara', { kind: 'close', month: '2020-01' })
    const failed = {
      ...job,
      problem: { code: 'file.disk_full', detail: 'the disk is full; nothing was recorded' },
    }
    await page.route('**/api/v1/jobs?**', (route) =>
      route.fulfill({ contentType: 'application/json', body: JSON.stringify({ items: [failed] }) }),
    )
    await goTo(page, 'close?month=2020-01')
    await page.getByRole('alert').getByText(t('problem-disk'), { exact: true }).waitFor()
    await page.getByRole('alert').getByText(t('problem-disk-next')).waitFor()
  })

  test.each([
    ['2001-02-03T04:05:06Z', 'clock-behind'],
    ['2040-02-03T04:05:06Z', 'clock-ahead'],
  ])('a clock that says %s is told, and deadlines are counted by the server’s', async (at, words) => {
    const t = wordsIn('en')
    const ole = await open('ole', 'overview?month=2026-10', 'en', at)
    const [told = ''] = t(words, { difference: '%' }).split('%')
    await ole.getByRole('status').getByText(told).waitFor()
    // Prairie's credits can be claimed until the end of November.
    const deadline = ole.getByRole('link', { name: /Prairie/ }).first()
    await deadline.waitFor()
    const hasPassed = new Date().toISOString().slice(0, 10) > '2026-11-30'
    expect(await deadline.getByText(t('deadline-passed')).count()).toBe(hasPassed ? 1 : 0)
  })

  test('10 000 letters are told to be too many before they are sent, and none is lost', async () => {
    const t = wordsIn('en')
    const text = 'Donaudampfschifffahrtsgesellschaft'.repeat(300).slice(0, 10_000)
    const fits4000 = text.slice(0, 4_000)
    const mara = await open('mara', 'months/alpenbahn/alpenbahn-platform?month=2026-10')
    await mara.locator('main [data-step="comment"]').click()
    const words = mara.getByLabel(t('step-words'))
    await words.fill(text)
    await mara.getByText(t('text-too-long', { letters: '10,000', most: '4,000' })).waitFor()
    await fits(mara)
    await mara.locator('[data-confirm]').click()
    // Nothing is sent, and nothing is cut: not even where somebody looks at another room in between.
    await goTo(mara, 'overview?month=2026-10')
    await mara.getByRole('heading', { name: t('overview-waiting') }).waitFor()
    await goTo(mara, 'months/alpenbahn/alpenbahn-platform?month=2026-10')
    expect(await words.inputValue()).toBe(text)
    await words.fill(fits4000)
    await mara.locator('[data-confirm]').click()
    await words.waitFor({ state: 'detached' })
    const { steps } = (await desk.as('mara', 'GET', MONTH)) as { steps: { note: string }[] }
    expect(steps.map((one) => one.note)).toEqual([fits4000])
    await goTo(mara, 'months/alpenbahn/alpenbahn-platform?month=2026-10&tab=history')
    await mara.getByText(fits4000).waitFor()
    await fits(mara)
    // Of a credit, beside the list.
    await desk.as('mara', 'POST', `${MONTH}/steps`, { step: 'submit', note: '' })
    const credit = 'credits?month=2026-10&credit=alpenbahn%2Falpenbahn-platform%2F2026-10%2Favailability'
    const ole = await open('ole', credit)
    await ole.locator('aside [data-step="comment"]').click()
    await ole.getByLabel(t('step-words')).fill(fits4000)
    await ole.locator('aside [data-confirm]').click()
    await ole.locator('aside').getByText(fits4000).waitFor()
    await fits(ole)
    // The API says the same of one letter more.
    await expect(
      desk.as('ole', 'POST', `${MONTH}/steps`, { step: 'comment', note: `${fits4000}x` }),
    ).rejects.toThrow(/400/)
  })
})

describe('names in any script', () => {
  /** What each of the demo's customers is called here, and what somebody types to find them. */
  const names: [tenant: string, name: string, typed: string][] = [
    ['alpenbahn', 'شركة قطار الألب للشحن', 'قطار'],
    ['koenigsforst', '株式会社 北の森 👩🏽‍💻', '北の'],
    ['nordlicht', 'ÖSTLICHE ŻÓŁĆ Ấ\u0323 ก็็็', 'östliche żół'],
    ['prairie', '🏳️‍🌈 Прерия & <b>Söhne</b>', 'ПРЕРИЯ'],
  ]

  beforeAll(async () => {
    desk = await startDesk('dist', 'ledger')
    for (const [tenant, name] of names) {
      const path = `/catalogue/documents/Tenant/${tenant}`
      const { text, version } = (await desk.as('otto', 'GET', path)) as { text: string; version: number }
      await desk.as(
        'otto',
        'PUT',
        path,
        text.replace(/displayName: [^,}]+/, `displayName: ${JSON.stringify(name)}`),
        {
          'content-type': 'application/yaml',
          'if-match': `"${version}"`,
        },
      )
    }
    const job = (await desk.done('mara', { kind: 'close', month: '2026-10' })) as { state: string }
    expect(job).toMatchObject({ state: 'done' })
  }, 120_000)

  afterAll(() => desk.stop())

  test('they stand in every list and fit', async () => {
    const page = await open('fee', 'overview?month=2026-10', 'de')
    // The overview names those whose credits can be claimed until a day.
    const told: [place: string, names: string[]][] = [
      ['overview', ['nordlicht', 'prairie']],
      ['customers', names.map(([tenant]) => tenant)],
      ['months', names.map(([tenant]) => tenant)],
      ['credits', ['alpenbahn', 'nordlicht', 'prairie']],
      ['evidence', names.map(([tenant]) => tenant)],
    ]
    for (const [place, tenants] of told) {
      await goTo(page, `${place}?month=2026-10`)
      for (const [tenant, name] of names)
        if (tenants.includes(tenant)) await page.locator('main').getByText(name).first().waitFor()
      await fits(page)
    }
    for (const [tenant, name] of names) {
      const contract = { koenigsforst: 'koenigsforst-portal' }[tenant] ?? `${tenant}-platform`
      await goTo(page, `months/${tenant}/${contract}?month=2026-10`)
      await page.locator('main h1').getByText(name).waitFor()
      await fits(page)
    }
  })

  test('they are found by typing a part of them, and exported as they are', async () => {
    const page = await open('fee', 'months?month=2026-10')
    for (const [tenant, name, typed] of names) {
      await goTo(page, 'months?month=2026-10')
      await page.getByRole('button', { name: 'Customer:' }).click()
      await page.getByPlaceholder('Find a customer').fill(typed)
      await page.getByRole('option', { name }).waitFor()
      // What was typed reaches the server a moment later; until then all are listed.
      await expect.poll(() => page.getByRole('option').count()).toBe(1)
      await page.keyboard.press('Enter')
      await page.waitForFunction(() => document.querySelectorAll('tbody tr[data-index]').length === 1)
      const download = page.waitForEvent('download')
      await page.locator('[data-export]').click()
      expect(await readFile(await (await download).path(), 'utf8')).toContain(name)
      await page.keyboard.press('Control+k')
      await page.getByPlaceholder('Find a month').fill(typed)
      await page.getByRole('option', { name }).first().waitFor()
      await page.keyboard.press('Enter')
      await page.waitForFunction((id) => location.hash.startsWith(`#/months/${id}/`), tenant)
    }
  })
})
