// The work of a month without a mouse, in each language and each theme. What changes nothing is done in all four; what takes a month
// further in German on dark and in English on light, so that each journey meets each language and each theme once.
import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startDesk } from './desk.mjs'
import { press, pressRow, tabTo, walking } from './walking'
import { wordsIn, type Language, type Words } from './words'

type Theme = 'light' | 'dark'

interface Walk {
  t: Words
  language: Language
  enter: (account: string) => Promise<Page>
}

let desk: Awaited<ReturnType<typeof startDesk>>
const { enter } = walking(() => desk.address)

/** The two letters that lead to a room. */
async function go(page: Page, key: string): Promise<void> {
  await page.keyboard.press('g')
  await page.keyboard.press(key)
}

async function type(page: Page, label: string, text: string): Promise<void> {
  await tabTo(page.getByLabel(label, { exact: true }))
  await page.keyboard.insertText(text)
}

/** Goes to a month of October, from anywhere. */
async function openMonth(page: Page, customer: string): Promise<void> {
  await go(page, 'm')
  await pressRow(page, customer)
  await page.locator('main header h1').getByText(customer).waitFor()
}

/** Goes to a part of a month that is open: tabs are one stop, and arrows lead on. */
async function openTab(page: Page, name: string): Promise<void> {
  await tabTo(page.locator('[role="tab"][aria-selected="true"]'))
  const tab = page.getByRole('tab', { name, exact: true })
  while (!(await tab.evaluate((one) => one === document.activeElement)))
    await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Enter')
  await page.locator('[role="tab"][aria-selected="true"]').getByText(name, { exact: true }).waitFor()
}

/** A step with all that it asks for. */
async function step(page: Page, where: string, name: string, fields: Record<string, string> = {}) {
  await press(page.locator(`${where} [data-step="${name}"]`))
  for (const [label, text] of Object.entries(fields)) await type(page, label, text)
  await press(page.locator(`${where} [data-confirm]`))
  await page.locator(`${where} [data-confirm]`).waitFor({ state: 'detached' })
}

/** Has the palette do something. */
async function command(page: Page, words: string): Promise<void> {
  await page.keyboard.press('Control+k')
  await page.keyboard.insertText(words)
  await page.getByRole('option', { selected: true }).filter({ hasText: words }).waitFor()
  await page.keyboard.press('Enter')
  await page.locator('.palette').waitFor({ state: 'detached' })
}

/** A step by its word in the palette, which leaves one in what it asks for. */
async function stepByWord(page: Page, where: string, word: string): Promise<void> {
  await command(page, word)
  await page.locator(`${where} form textarea:focus`).waitFor()
  await press(page.locator(`${where} [data-confirm]`))
  await page.locator(`${where} [data-confirm]`).waitFor({ state: 'detached' })
}

/** Goes to a month by the name of its customer. */
async function findMonth(page: Page, customer: string): Promise<void> {
  await command(page, customer)
  await page.locator('main header h1').getByText(customer).waitFor()
  await page.locator('main [data-step]').first().waitFor()
}

const reading: [name: string, walk: (walk: Walk) => Promise<void>][] = [
  [
    'a wrong password is mended',
    async ({ t, enter }) => {
      const page = await enter('fee')
      await press(page.locator('.account'))
      await page.getByRole('menuitem', { name: t('sign-out') }).waitFor()
      // The last of the menu.
      await page.keyboard.press('End')
      await page.keyboard.press('Enter')
      await type(page, t('sign-in-account'), 'fee')
      await type(page, t('sign-in-password'), 'wrong password')
      await page.keyboard.press('Enter')
      await page.getByRole('alert').getByText('access.sign_in').waitFor()
      await tabTo(page.locator('input[name="password"]'))
      await page.keyboard.press('Control+a')
      await page.keyboard.type('correct horse battery')
      await page.keyboard.press('Enter')
      await page.getByRole('navigation', { name: t('rail') }).waitFor()
    },
  ],
  [
    'the chain is verified, and an entry opened',
    async ({ t, enter }) => {
      const page = await enter('gwen')
      await command(page, t('audit-verify'))
      await page.getByText(t('chain-sound'), { exact: true }).waitFor()
      await page.locator('tbody tr[data-index]').first().waitFor()
      await press(page.locator('tbody tr[tabindex="0"]'))
      await page
        .locator('aside')
        .getByRole('heading', { name: t('audit-payload') })
        .waitFor()
      await page.keyboard.press('Escape')
      await page.locator('aside').waitFor({ state: 'detached' })
      // Focus is back where the panel was opened.
      await page.locator('tbody tr[tabindex="0"]:focus').waitFor()
    },
  ],
  [
    'credits are exported as they are listed',
    async ({ enter }) => {
      const page = await enter('fee')
      await go(page, 'c')
      await page.locator('tbody tr[data-index]').first().waitFor()
      const download = page.waitForEvent('download')
      await press(page.locator('[data-export]'))
      const text = await readFile(await (await download).path(), 'utf8')
      // Files are for programs: the same in every language.
      expect(text.split('\r\n')[0]).toContain('tenant,')
      expect(text).toContain('2765.62')
    },
  ],
  [
    'a room and a command are found by their names',
    async ({ t, enter, language }) => {
      const page = await enter('ole')
      await page.keyboard.press('Control+k')
      await page.keyboard.insertText(t('palette-go', { room: t('room-months') }))
      await page.keyboard.press('Enter')
      await page.getByRole('heading', { name: t('room-months'), level: 1 }).waitFor()
      await page.keyboard.press('Control+k')
      await page.keyboard.insertText(t(language === 'de' ? 'language-english' : 'language-german'))
      await page.keyboard.press('Enter')
      const other = wordsIn(language === 'de' ? 'en' : 'de')
      await page.getByRole('heading', { name: other('room-months'), level: 1 }).waitFor()
    },
  ],
]

/** In this order: each begins where the one before has left the month. */
const working: typeof reading = [
  [
    'a month is closed',
    async ({ t, enter }) => {
      const page = await enter('mara')
      await go(page, 'l')
      await press(page.locator('[data-start]'))
      const job = page.locator('article').first()
      await job.getByText(t('job-done'), { exact: true }).waitFor()
      await job.getByText(t('job-unchanged')).first().waitFor()
    },
  ],
  [
    'an exclusion is asked for from a marked stretch',
    async ({ t, enter }) => {
      const page = await enter('mara')
      await openMonth(page, 'Alpenbahn')
      await page.locator('[role="gridcell"][tabindex="0"]').first().waitFor()
      await tabTo(page.locator('[role="gridcell"][tabindex="0"]').first())
      for (const key of ['ArrowDown', 'ArrowRight', 'Shift+ArrowRight', 'Enter'])
        await page.keyboard.press(key)
      const form = page.locator('aside form')
      expect(await form.locator('input[name="from"]').inputValue()).toBe('2026-10-02T01:00')
      await tabTo(form.locator('select'))
      // Typed as on any list: the first letters choose.
      await page.keyboard.type(t('exclusion-customer'))
      await type(page, t('exclusion-reason'), 'Umzug · نقل · 移転')
      await press(form.locator('[data-send-exclusion]'))
      await form.waitFor({ state: 'detached' })
      await openTab(page, t('month-part-outages'))
      await page.getByText(t('request-requested'), { exact: true }).first().waitFor()
    },
  ],
  [
    'a letter is written',
    async ({ t, enter }) => {
      const page = await enter('mara')
      await openMonth(page, 'Prairie')
      await openTab(page, t('month-part-documents'))
      await page.locator('[data-write-letter]').waitFor()
      await press(page.locator('[data-write-letter]'))
      await tabTo(page.locator('[data-letter]'))
      await page.keyboard.press('Control+End')
      await page.keyboard.insertText('\nA sentence of our own.\n')
      await page.keyboard.press('Control+s')
      await page.locator('[data-shown]').getByText('A sentence of our own.').waitFor()
    },
  ],
  [
    'a month is submitted; its credit decided, approved by a second person, and issued',
    async ({ t, enter }) => {
      const mara = await enter('mara')
      await openMonth(mara, 'Prairie')
      await step(mara, 'main', 'submit')
      await mara.locator('main header').getByText(t('month-in-review'), { exact: true }).waitFor()

      const ole = await enter('ole')
      await go(ole, 'c')
      await pressRow(ole, 'Prairie')
      await step(ole, 'aside', 'decide', {
        [t('step-amount', { currency: 'USD' })]: '490',
        [t('step-reason')]: 'Half of it was proven.',
      })

      const fee = await enter('fee')
      await go(fee, 'c')
      await pressRow(fee, 'Prairie')
      await fee.locator('aside').getByText('Half of it was proven.').waitFor()
      await step(fee, 'aside', 'approve')
      await fee.locator('aside .head').getByText(t('credit-approved'), { exact: true }).waitFor()
      await fee.keyboard.press('Escape')
      await openMonth(fee, 'Prairie')
      await step(fee, 'main', 'approve')
      await step(fee, 'main', 'issue')
      await fee.locator('main header').getByText(t('month-issued'), { exact: true }).waitFor()
    },
  ],
  [
    'a contract is changed in the catalogue',
    async ({ t, enter }) => {
      const page = await enter('otto')
      await go(page, 'b')
      await pressRow(page, 'prairie-platform.1')
      const target = page.locator('[data-path="spec.commitments.0.penalty.bands.1.credit"] input')
      await target.waitFor()
      await tabTo(target)
      await page.keyboard.press('Control+a')
      await page.keyboard.type('20')
      await page.keyboard.press('Tab')
      await page.getByText(t('findings-none')).waitFor()
      // The text keeps the tabulator for itself, as it says; Escape gives it back.
      await tabTo(page.locator('main .right > div'))
      await page.keyboard.press('Tab')
      await page.locator('main .right > div:focus').waitFor()
      await page.keyboard.press('Control+z')
      await page.keyboard.press('Escape')
      const save = page.locator('main').getByRole('button', { name: t('action-save'), exact: true })
      await tabTo(save, 'Shift+Tab')
      await page.keyboard.press('Enter')
      await page.getByText(t('document-saved', { version: '2' })).waitFor()
    },
  ],
  [
    'a month is restated, written about and handed to review by words alone',
    async ({ t, enter }) => {
      const mara = await enter('mara')
      await findMonth(mara, 'Nordlicht')
      await command(mara, t('restate'))
      await mara.locator('main form textarea:focus').waitFor()
      await mara.keyboard.insertText('Looked at once more.')
      await press(mara.locator('[data-restate]'))
      // The demo's maintenance is not approved where the ledger keeps the catalogue.
      await mara
        .locator('main header')
        .getByText(t('revision-number', { revision: '2' }))
        .waitFor()

      // Each is done in another part of the page than the one that is open.
      await command(mara, t('letter-write'))
      await mara.locator('[data-letter]:focus').waitFor()
      await mara.keyboard.press('Control+End')
      await mara.keyboard.insertText('\nA sentence of our own.\n')
      await command(mara, t('letter-save'))
      await mara.locator('[data-shown]').getByText('A sentence of our own.').waitFor()
      await command(mara, t('month-part-promises'))
      await mara.locator('[role="gridcell"]').first().waitFor()
      const download = mara.waitForEvent('download')
      await command(mara, t('document-download', { name: 'report.pdf' }))
      expect((await download).suggestedFilename()).toBe('nordlicht-2026-10-report.pdf')
      await command(mara, t('ask-exclusion'))
      await mara.locator('[role="gridcell"]:focus').waitFor()
      await mara.keyboard.press('Shift+ArrowRight')
      await command(mara, t('ask-exclusion'))
      await mara.locator('aside form').waitFor()
      await mara.keyboard.press('Escape')
      await mara.locator('aside').waitFor({ state: 'detached' })

      await stepByWord(mara, 'main', t('step-submit'))
      await mara.locator('main header').getByText(t('month-in-review'), { exact: true }).waitFor()
      // What is for others is not offered.
      await mara.keyboard.press('Control+k')
      await mara.keyboard.insertText(t('step-decide'))
      await mara.getByText(t('palette-nothing')).waitFor()
      expect(await mara.getByRole('option').count()).toBe(0)
    },
  ],
  [
    'its credit is decided, approved and issued by words alone',
    async ({ t, enter }) => {
      const ole = await enter('ole')
      await findMonth(ole, 'Nordlicht')
      await command(ole, t('step-decide'))
      await ole.locator('aside form input:focus').waitFor()
      await ole.keyboard.insertText('400')
      await type(ole, t('step-reason'), 'Most of it was proven.')
      await press(ole.locator('aside [data-confirm]'))
      await ole.locator('aside [data-confirm]').waitFor({ state: 'detached' })
      // What he cannot do says why, and leads to its button.
      await command(ole, t('step-approve'))
      await ole.locator('aside [data-step="approve"]:focus').waitFor()
      expect(await ole.locator('aside form').count()).toBe(0)
      await ole.keyboard.press('Control+k')
      await ole.keyboard.insertText(t('step-approve'))
      const option = ole.getByRole('option', { name: t('step-approve'), disabled: true })
      await option.getByText(t('blocked-decided-by-you')).waitFor()

      const fee = await enter('fee')
      await findMonth(fee, 'Nordlicht')
      await stepByWord(fee, 'aside', t('step-approve'))
      await fee.locator('aside .head').getByText(t('credit-approved'), { exact: true }).waitFor()
      await findMonth(fee, 'Nordlicht')
      await stepByWord(fee, 'main', t('step-approve'))
      await stepByWord(fee, 'main', t('step-issue'))
      await fee.locator('main header').getByText(t('month-issued'), { exact: true }).waitFor()
    },
  ],
]

describe.each<{ language: Language; theme: Theme }>([
  { language: 'de', theme: 'dark' },
  { language: 'en', theme: 'light' },
])('without a mouse: $language, $theme', ({ language, theme }) => {
  beforeAll(async () => {
    desk = await startDesk('dist', 'ledger')
  })

  afterAll(() => desk.stop())

  const t = wordsIn(language)
  const other = theme === 'dark' ? 'light' : 'dark'
  test.each(working)('%s', { timeout: 120_000 }, (_, walk) =>
    walk({ t, language, enter: (account) => enter(account, language, theme) }),
  )
  test.each(reading)('%s', { timeout: 120_000 }, (_, walk) =>
    walk({ t, language, enter: (account) => enter(account, language, theme) }),
  )
  test.each(reading)(`%s (${other})`, { timeout: 120_000 }, (_, walk) =>
    walk({ t, language, enter: (account) => enter(account, language, other) }),
  )
})
