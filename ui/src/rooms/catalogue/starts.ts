// What a new document begins with. What must be said is there without a value, so that the linter asks for it.

const OPENSLO = 'apiVersion: openslo/v1'
const OWN = 'apiVersion: sla-desk/v1'

const named = (name: string) => `metadata:\n  name: ${name}\n  displayName:\n`

export const STARTS = [
  'Contract',
  'Tenant',
  'Service',
  'SLO',
  'SLI',
  'DataSource',
  'Incident',
  'Exclusion',
] as const

const specs: Record<(typeof STARTS)[number], string> = {
  Contract: '',
  Tenant: 'spec:\n  language: de\n  contacts:\n    - name:\n      email:\n',
  Service: 'spec:\n  description:\n',
  SLO: 'spec:\n  description:\n  service:\n  indicatorRef:\n  budgetingMethod: Occurrences\n  objectives:\n    - displayName:\n      targetPercent: 99.9\n',
  SLI: 'spec:\n  ratioMetric:\n    good:\n      metricSource:\n        metricSourceRef:\n        spec: { query: }\n    total:\n      metricSource:\n        metricSourceRef:\n        spec: { query: }\n',
  DataSource: 'spec:\n  type: Prometheus\n  connectionDetails:\n    url: https://prometheus.example.org\n',
  Incident: 'spec:\n  tenant:\n  class:\n  title:\n  reported:\n',
  Exclusion: 'spec:\n  tenant:\n  kind: maintenance\n  start:\n  end:\n  reason:\n',
}

const TERMS = `  timeZone: Europe/Berlin
  currency: EUR
  fee: { monthly: }
  serviceHours: 24/7
  rounding: { mode: half_even, at: commitment }
  legalNature: service_credit
  caps: [{ per: month, share: 25, of: base }]
  claim: { within: 30, unit: days, from: periodEnd, rollForward: false }
  commitments:
    - name: availability
      slo:
      target: 99.9
      method: Timeslices
      slice: 1m
      sliceTarget: 95
      unknown:
      quiet:
      exclusions:
      penalty:
        bands:
          - { from: 0, below: 99.9, credit: 5 }
`

/** The text of a new document; of a contract with the terms of a template where one is named. */
export function startOf(kind: string, template?: string): string {
  const own = STARTS.find((one) => one === kind)
  if (own === undefined) return ''
  const head = `${kind === 'Contract' || kind === 'Tenant' || kind === 'Incident' || kind === 'Exclusion' ? OWN : OPENSLO}\nkind: ${kind}\n${named(`new-${kind.toLowerCase()}`)}`
  if (kind !== 'Contract') return `${head}${specs[own]}`
  const taken = template === undefined ? '' : `  extends: ${template}\n`
  const terms = template === undefined ? TERMS : '  fee: { monthly: }\n'
  return `${head}spec:\n${taken}  tenant:\n  version: 1\n  validFrom:\n${terms}`
}
