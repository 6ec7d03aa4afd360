// Every page that pictures are taken of.
import { PASSWORD } from '../tests/desk.mjs'

const prairie = 'months/prairie/prairie-platform?month=2026-10'
const contract = 'catalogue/Contract/prairie-platform.1'
const alpenbahn = 'months/alpenbahn/alpenbahn-platform?month=2026-10'

const scrollTo = (page, selector) =>
  page
    .locator(selector)
    .first()
    .evaluate((found) => (found.closest('figure') ?? found).scrollIntoView())

const key = (page, name) => async () => {
  await page.keyboard.press(name)
  await page.locator('[role="dialog"]').waitFor()
}

async function paletteFound(page) {
  await key(page, 'Control+k')()
  await page.locator('[role="combobox"]').fill('alp')
  await page.locator('[role="option"]', { hasText: 'Alpenbahn' }).first().waitFor()
}

async function setUpApp(page) {
  await page.locator('[data-app="set-up"]').click()
  await page.locator('[role="dialog"] input').fill(PASSWORD)
  await page.locator('[role="dialog"] button[type="submit"]').click()
  await page.locator('[data-secret]').waitFor()
}

const drawn = (page) => page.frameLocator('main iframe').locator('h1').waitFor()

async function mistaken(page) {
  await drawn(page)
  await page.locator('.cm-content').click()
  await page.keyboard.press('Control+Home')
  await page.keyboard.type('{{ record.nothing.of_it }}\n')
  await page.locator('.cm-lint-marker-error').waitFor()
}

/** Who looks, where, and what is done before the picture. */
export const pages = {
  overview: ['fee', 'overview'],
  'overview-trend': ['fee', 'overview', (page) => scrollTo(page, 'main figure')],
  'overview-standing': ['fee', 'overview', (page) => scrollTo(page, '[data-outlooks]')],
  'overview-letters': [
    'mara',
    'overview',
    async (page) => {
      await page.locator('[data-write]').first().click()
      await scrollTo(page, '[data-letters]')
    },
  ],
  'overview-end': [
    'fee',
    'overview',
    (page) => page.locator('main').evaluate((main) => main.scrollTo(0, main.scrollHeight)),
  ],
  'overview-empty': ['mara', 'overview?month=2025-01'],
  credits: ['fee', 'credits'],
  'credits-statement': ['fee', 'credits?month=2026-10&statement=open'],
  'credit-panel': ['fee', 'credits?month=2026-10&credit=prairie%2Fprairie-platform%2F2026-10%2Favailability'],
  'credit-decide': [
    'fee',
    'credits?month=2026-10&credit=prairie%2Fprairie-platform%2F2026-10%2Favailability',
    (page) => page.locator('[data-step="decide"]').click(),
  ],
  'credits-filtered-empty': ['fee', 'credits?month=2026-10&state=reversed'],
  customers: ['fee', 'customers'],
  months: ['fee', 'months'],
  'month-promises': ['fee', alpenbahn],
  'month-range': ['fee', prairie],
  'month-burn': ['fee', alpenbahn, (page) => scrollTo(page, 'main figure')],
  'month-hours': ['fee', alpenbahn, (page) => scrollTo(page, 'main [role="grid"]')],
  'month-hours-range': ['fee', prairie, (page) => scrollTo(page, 'main [role="grid"]')],
  'month-figure': ['fee', `${alpenbahn}&figure=availability/attained`],
  'month-figure-credit': ['fee', `${prairie}&figure=availability/credit`],
  'month-ask': [
    'mara',
    alpenbahn,
    async (page) => {
      await page.locator('main [role="gridcell"]').nth(100).click()
      await page.keyboard.press('Shift+ArrowRight')
      await page.locator('[data-ask-marked]').click()
      await page.locator('[data-send-exclusion]').click()
    },
  ],
  'month-outages': ['fee', `${alpenbahn}&tab=outages`],
  'month-outage': [
    'mara',
    `${alpenbahn}&tab=outages`,
    (page) => page.locator('[data-outage]').first().press('Enter'),
  ],
  'month-revisions': [
    'mara',
    `${alpenbahn}&tab=revisions`,
    (page) => page.locator('[data-begin-restate]').click(),
  ],
  'months-portfolio': ['fee', 'months?month=2026-10&portfolio=open'],
  'audit-summary': ['gwen', 'audit?month=2026-10&summary=open'],
  'month-letters': ['mara', `${alpenbahn}&tab=documents`, (page) => scrollTo(page, '[data-letters]')],
  'month-documents': ['fee', `${alpenbahn}&tab=documents`],
  'month-letter': [
    'mara',
    `${alpenbahn}&tab=documents&preview=report`,
    async (page) => {
      await page.locator('canvas[data-drawn]').waitFor()
      await page.locator('[data-write-letter], [data-letter]').first().click()
      await page.locator('[data-letter]').fill('# Ein eigener Betreff\n\nGuten Tag,\n\nein eigener Satz.\n')
      await page.locator('.looks button').last().click()
      await scrollTo(page, '.beside')
    },
  ],
  'month-evidence': ['fee', `${prairie}&tab=evidence`],
  'month-explanation': ['fee', `${alpenbahn}&tab=explanation`],
  'month-history': ['fee', `${prairie}&tab=history`],
  close: ['mara', 'close'],
  'close-some': ['mara', 'close', (page) => page.locator('fieldset input[type="radio"]').last().check()],
  catalogue: ['otto', 'catalogue'],
  'catalogue-contract': ['otto', contract],
  'catalogue-changes': ['otto', `${contract}?view=changes`, (page) => page.locator('main nav').waitFor()],
  'catalogue-effects': [
    'otto',
    `${contract}?view=effects`,
    (page) => page.locator('main .actions button').last().click(),
  ],
  'catalogue-new': ['otto', 'catalogue/new/Contract?template=msp-availability-de'],
  'catalogue-source': ['otto', 'catalogue/DataSource/measurements'],
  templates: ['mara', 'templates'],
  template: ['mara', 'templates?file=letter-breached.de.md', drawn],
  'template-report': ['mara', 'templates?file=report.en.md', drawn],
  'template-mistake': ['mara', 'templates?file=letter-breached.en.md', mistaken],
  'template-theme': ['mara', 'templates?file=theme.json', drawn],
  'template-read-only': ['gwen', 'templates?file=words.de.json', drawn],
  'template-add': ['mara', 'templates', (page) => page.locator('main header button').click()],
  evidence: ['fee', 'evidence?month=2026-10'],
  'evidence-panel': [
    'fee',
    'evidence?month=2026-10',
    (page) => page.locator('tbody tr[data-index="0"]').click(),
  ],
  'evidence-calendar': ['fee', 'evidence?month=2026-10&view=calendar'],
  'evidence-days': [
    'mara',
    'evidence?month=2026-10&view=days',
    (page) => page.getByRole('gridcell').nth(13).click(),
  ],
  'evidence-sealed': ['fee', 'evidence?month=2026-10&view=sealed'],
  'audit-entry': ['gwen', 'audit', (page) => page.locator('tbody tr[data-index="1"]').click()],
  settings: ['anna', 'settings'],
  'settings-people': ['anna', 'settings?tab=people'],
  'settings-account': [
    'anna',
    'settings?tab=people',
    (page) => page.locator('tbody tr[data-index="1"]').click(),
  ],
  'settings-tokens': ['anna', 'settings?tab=tokens'],
  'settings-token': ['anna', 'settings?tab=tokens', (page) => page.locator('[data-add]').click()],
  'settings-limits': ['anna', 'settings?tab=limits'],
  'settings-limit': ['anna', 'settings?tab=limits', (page) => page.locator('[data-add]').click()],
  'settings-password': ['anna', 'settings', (page) => page.locator('[data-password]').click()],
  'settings-app': ['anna', 'settings', setUpApp],
  portal: ['vera', 'overview'],
  'portal-month': ['vera', 'months/nordlicht/nordlicht-platform?month=2026-10'],
  'portal-report': [
    'vera',
    'months/nordlicht/nordlicht-platform?month=2026-10&preview=report',
    (page) => page.locator('canvas[data-drawn]').waitFor(),
  ],
  'portal-settings': ['vera', 'settings'],
  audit: ['gwen', 'audit', (page) => page.locator('[data-verify]').click()],
  'months-filter': ['fee', 'months', (page) => page.locator('main [aria-haspopup="menu"]').first().click()],
  'month-switch': ['fee', 'overview', (page) => page.locator('.now').click()],
  'customer-switch': ['fee', 'overview', (page) => page.locator('.customer-switch').click()],
  'palette-found': ['fee', 'overview', paletteFound],
  palette: ['fee', 'overview', (page) => key(page, 'Control+k')()],
  shortcuts: ['fee', 'overview', (page) => key(page, '?')()],
  'account-menu': ['fee', 'overview', (page) => page.locator('.account').click()],
}
