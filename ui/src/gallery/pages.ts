// The pages of the gallery, a room each.
import type { Component } from 'svelte'
import Catalogue from './Catalogue.svelte'
import Close from './Close.svelte'
import Credits from './Credits.svelte'
import Doors from './Doors.svelte'
import Evidence from './Evidence.svelte'
import Month from './Month.svelte'
import MonthCharts from './MonthCharts.svelte'
import Overview from './Overview.svelte'
import Parts from './Parts.svelte'
import Portal from './Portal.svelte'
import Settings from './Settings.svelte'
import Shell from './Shell.svelte'
import Tables from './Tables.svelte'
import Templates from './Templates.svelte'
import Workflow from './Workflow.svelte'

export const pages: Record<string, Component> = {
  parts: Parts,
  tables: Tables,
  shell: Shell,
  doors: Doors,
  overview: Overview,
  close: Close,
  month: Month,
  charts: MonthCharts,
  workflow: Workflow,
  credits: Credits,
  catalogue: Catalogue,
  templates: Templates,
  evidence: Evidence,
  settings: Settings,
  portal: Portal,
}
