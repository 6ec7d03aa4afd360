# Die Wörter von SLA Desk auf Deutsch. Jede Kennung steht auch in en.ftl, mit denselben Variablen.
# Sie-Form, ohne Vorwurf, mit dem nächsten Schritt in jedem leeren oder gescheiterten Zustand.

app-name = SLA Desk
app-purpose = Monatliche SLA-Berichte, Gutschriften und Nachweise
skip-to-content = Zum Inhalt springen
language = Sprache
language-english = Auf Englisch umschalten
language-german = Auf Deutsch umschalten
theme = Darstellung
theme-system = Wie das System
theme-light = Hell
theme-dark = Dunkel
state-loading = Wird geladen …

action-cancel = Abbrechen
action-close = Schließen
action-download = Herunterladen
action-reload = Neu ansehen
action-retry = Erneut versuchen
action-save = Speichern
action-search = Suchen

## Anmelden

sign-in = Anmelden
sign-in-account = Konto
sign-in-password = Passwort
sign-in-code = Code
sign-in-code-hint = Die sechs Ziffern aus Ihrer Authentifizierungs-App. Jeder Code gilt einmal.
sign-in-has-code = Ich nutze eine Authentifizierungs-App
sign-in-openid = Über Ihre Organisation anmelden
sign-out = Abmelden
session-ended = Ihre Sitzung ist beendet
session-ended-what = Melden Sie sich wieder an und machen Sie dort weiter, wo Sie waren. Ihre Eingaben sind noch da.
account-menu = Konto und Einstellungen
change-password = Passwort ändern
password-old = Bisheriges Passwort
password-new = Neues Passwort
password-again = Neues Passwort wiederholen
password-hint = Mindestens { $least } Zeichen.
password-too-short = Es müssen mindestens { $least } Zeichen sein.
password-differs = Beide müssen gleich sein.
password-incomplete = Füllen Sie zuerst alle drei Felder aus.
password-changed = Ihr Passwort wurde geändert.

role-admin = Administration
role-account-manager = Kundenbetreuung
role-finance = Finanzen
role-governance = Revision
role-operator = Betrieb
role-tenant-viewer = Kunde
role-machine = Programm

## Der Rahmen

rail = Bereiche
room-overview = Übersicht
room-customers = Kunden
room-months = Monate
room-credits = Gutschriften
room-close = Monatsabschluss
room-audit = Prüfprotokoll
room-broken = Diese Seite konnte nicht angezeigt werden
room-broken-next = Beim Aufbau ist etwas schiefgegangen. Geändert wurde nichts; versuchen Sie es erneut.
room-not-loaded = Diese Seite konnte nicht geladen werden
room-not-loaded-next = Prüfen Sie die Verbindung und laden Sie neu. Nach einer Aktualisierung des Programms ist das einmal nötig.
place-unknown = Diese Seite gibt es nicht
place-forbidden = Diese Seite ist nicht für Sie freigegeben
place-unknown-next = Vielleicht ist sie umgezogen, oder sie verlangt ein Recht, das Ihr Konto nicht hat.
place-go-home = Zur Übersicht

month-switch = Monat
month-previous = Vorheriger Monat
month-next = Nächster Monat
year-previous = Vorheriges Jahr
year-next = Nächstes Jahr
customer-switch = Kunde
customer-all = Alle Kunden
customer-search = Kunden suchen …
customer-none = Kein Kunde passt. Versuchen Sie einen Teil des Namens.

palette = Befehle
palette-open = Suchen oder ausführen …
palette-ask = Monat suchen, Bereich öffnen, Befehl ausführen …
palette-here = Auf dieser Seite
palette-places = Gehe zu
palette-general = Allgemein
palette-months = Monate
palette-nothing = Nichts passt. Versuchen Sie ein anderes Wort.
palette-go = Gehe zu { $room }
shortcuts = Tastenkürzel
shortcuts-everywhere = Überall
shortcuts-tables = In Tabellen
shortcut-rows = Zeile für Zeile
shortcut-ends = Erste und letzte Zeile
shortcut-open = Zeile öffnen
shortcut-choose = Zeile auswählen
shortcut-close = Seitenfenster schließen
key-ctrl = Strg
key-enter = Eingabe
key-space = Leertaste
key-esc = Esc
key-home = Pos1
key-end = Ende

## Zustände

verdict-met = Erfüllt
verdict-breached = Nicht erfüllt
verdict-undecidable = Nicht entscheidbar
month-closed = Abgeschlossen
month-in-review = In Prüfung
month-approved = Freigegeben
month-issued = Ausgestellt
credit-draft = Entwurf
credit-in-review = In Prüfung
credit-approved = Freigegeben
credit-rejected = Abgelehnt
credit-issued = Ausgestellt
credit-reversed = Storniert
job-waiting = Wartet
job-running = Läuft
job-done = Fertig
job-failed = Gescheitert
job-cancelled = Abgebrochen
job-interrupted = Unterbrochen
standing-counts = Zählt
standing-excluded = Ausgeschlossen
standing-too-short = Zu kurz
chain-sound = Unversehrt
chain-broken = Gebrochen

## Störungen

problem-unreachable = Der Server antwortet nicht
problem-unreachable-next = Prüfen Sie die Verbindung und versuchen Sie es erneut. Ihre Eingaben sind noch da.
problem-unreadable = Die Antwort war nicht lesbar
problem-unreadable-next = Vielleicht hat etwas zwischen hier und dem Server geantwortet. Versuchen Sie es erneut oder wenden Sie sich an die Administration.
problem-four-eyes = Das muss jemand anderes freigeben
problem-four-eyes-next = Wer einen Monat abgeschlossen oder einen Betrag festgelegt hat, kann ihn nicht freigeben. Bitten Sie eine Kollegin oder einen Kollegen.
problem-sign-in = Die Anmeldung ist nicht gelungen
problem-sign-in-next = Prüfen Sie Konto und Passwort und, falls Sie eine Authentifizierungs-App nutzen, den Code.
problem-foreign = Diese Anmeldung wurde nicht hier begonnen
problem-foreign-next = Die Antwort Ihrer Organisation gehört zu einem anderen Fenster oder einem älteren Versuch. Beginnen Sie von vorn.
problem-stale = Inzwischen hat sich etwas geändert
problem-stale-next = Sehen Sie es neu an und entscheiden Sie dann. Ihre Eingaben sind noch da.
problem-session = Ihre Sitzung ist beendet
problem-forbidden = Dafür fehlt Ihnen ein Recht
problem-forbidden-next = Die Administration kann es Ihrem Konto geben.
problem-missing = Das ist nicht vorhanden
problem-too-many = Zu viele Anfragen in kurzer Zeit
problem-too-many-next = Warten Sie einen Moment und versuchen Sie es erneut.
problem-ledger = Das Hauptbuch antwortet gerade nicht
problem-ledger-next = Vielleicht wacht es gerade auf. Versuchen Sie es gleich noch einmal.
problem-inside = Im Programm ist etwas schiefgegangen
problem-inside-next = Versuchen Sie es erneut. Geschieht es wieder, geben Sie die Nummer der Anfrage unten weiter.
problem-refused = Das wurde nicht ausgeführt

## Tabellen

table-views = Ansichten
table-view-save = Diese Ansicht speichern …
table-view-save-title = Diese Ansicht speichern
table-view-save-what = Behält Filter, Reihenfolge und Spalten auf diesem Gerät.
table-view-name = Name
table-view-remove = „{ $name }“ entfernen
table-columns = Spalten
table-export = CSV exportieren
table-choose-all = Alle auswählen
table-choose-row = Diese Zeile auswählen
table-clear-filters = Filter zurücksetzen
table-filtered-empty = Nichts passt zu den Filtern
table-filtered-empty-next = Nehmen Sie einen Filter weg, um mehr zu sehen.
table-loading-more = Weitere werden geladen …
table-rows = { $count ->
    [one] { $shown } Zeile
   *[other] { $shown } Zeilen
}
table-some-rows = { $count ->
    [one] Bisher { $shown } Zeile; weitere beim Blättern
   *[other] Bisher { $shown } Zeilen; weitere beim Blättern
}
filter-any = Alle
filter-remove = Filter { $filter } entfernen
filter-span = Zeitraum
filter-span-all = Alle Monate

column-action = Vorgang
column-actor = Wer
column-at = Wann
column-attained = Erreicht
column-closed-at = Abgeschlossen am
column-commitment = Zusage
column-contract = Vertrag
column-credit = Gutschrift
column-credits-open = Offen
column-customer = Kunde
column-day = Tag
column-decided = Festgelegt
column-due = Frist
column-explained = Erklärt durch
column-id = Kennung
column-length = Dauer
column-month = Monat
column-months = Monate
column-origin = Von wo
column-range = Betrag
column-reason = Ursache
column-recorded = Erfasst
column-revision = Revision
column-sequence = Nr.
column-standing = Wertung
column-start = Beginn
column-state = Stand
column-subject = Gegenstand
column-target = Ziel
column-verdict = Ergebnis
column-version = Fassung

due-none = Ohne Frist
due-passed = { $day }, verstrichen
due-left = { $days ->
    [0] { $day }, heute
    [1] { $day }, noch 1 Tag
   *[other] { $day }, noch { $days } Tage
}
closed-by = Abgeschlossen von
not-judged = Nicht bewertet

## Übersicht

overview-purpose = Der Stand des Monats über alle Kunden
overview-purpose-own = Was Ihnen für diesen Monat ausgestellt wurde
overview-waiting = Wartet auf Sie
overview-deadlines = Fristen
overview-groups = Nach Stand und Ergebnis
overview-empty = { $month } ist noch nicht abgeschlossen
overview-empty-next = Wählen Sie einen anderen Monat oder bitten Sie die Kundenbetreuung um den Abschluss.
overview-empty-close = Schließen Sie ihn ab, um Ergebnisse, Gutschriften und Fristen zu sehen.
deadlines-none = In den nächsten { $days } Tagen läuft keine Frist ab.

## Monate

months-purpose = { $month } aller Kunden
months-purpose-all = Alle abgeschlossenen Monate
months-empty = Für { $month } ist kein Monat abgeschlossen
months-empty-next = Wählen Sie einen anderen Monat oder Kunden, oder schließen Sie diesen Monat zuerst ab.
month-missing = { $month } ist für diesen Vertrag nicht abgeschlossen
month-missing-next = Wählen Sie einen anderen Monat oder sehen Sie nach, welche es gibt.
month-show-all = Monate dieses Kunden zeigen
month-parts = Teile des Monats
month-part-promises = Zusagen
month-part-outages = Ausfälle
month-part-explanation = Herleitung
month-part-documents = Dokumente
month-part-evidence = Nachweise
month-part-history = Verlauf
fact-period = Bezugszeitraum
fact-contract = Vertrag
fact-contract-version = { $contract }, Fassung { $version }
fact-hours = Servicezeit
fact-fee = Monatsentgelt
nature-service-credit = Service-Level-Gutschrift
nature-contractual-penalty = Vertragsstrafe
nature-liquidated-damages = Pauschalierter Schadensersatz
nature-malus = Malus
budget-allowed = Fehlerbudget
budget-used = Budget verbraucht
time-down = Ausfallzeit
time-excluded = Ausgeschlossen
time-unknown = Ohne Nachweis
time-service = Servicezeit
days-title = { $promise }, Tag für Tag
days-chart = { $promise } Tag für Tag in Prozent, mit dem Ziel von { $target } als Linie. Dieselben Zahlen stehen in der Tabelle.
days-legend = Schraffierte rote Balken verfehlen an diesem Tag das Ziel; ein Tag ohne Balken wurde nicht bewertet. Es entscheidet der Monat, nicht der Tag.
show-table = Als Tabelle zeigen
show-chart = Als Diagramm zeigen
chart-not-loaded-next = Prüfen Sie die Verbindung oder zeigen Sie die Tabelle.
incidents = Vorfälle
incident-within = { $within } in der Frist, { $over } nicht
outages-empty = Kein Ausfall in diesem Monat
outages-empty-next = Die Nachweise zeigen keinen Abschnitt unter seinem Ziel.
outage-all-failed = Alle { $total } fehlgeschlagen
outage-some-failed = { $failed } von { $total } fehlgeschlagen
outage-no-traffic = Kein Verkehr
exclusions = Beantragte Ausschlüsse
exclusion-maintenance = Wartung
exclusion-force-majeure = Höhere Gewalt
exclusion-customer = Vom Kunden verursacht
exclusion-dependency = Fremder Dienst
exclusion-accepted = { $duration } zählen nicht
decision-accepted = Anerkannt
decision-not-approved = Nicht freigegeben
decision-same-person = Nur von der antragstellenden Person freigegeben
decision-refused = Abgelehnt
decision-not-agreed = Im Vertrag nicht vereinbart
decision-notice-not-kept = Nicht rechtzeitig angekündigt
decision-hours-used-up = Über die vereinbarten Stunden hinaus
documents-empty = Es gibt keine Dokumente
documents-empty-next = Schließen Sie den Monat noch einmal ab; fehlende Dokumente werden dabei erstellt.
document-download = { $name } herunterladen
document-report-pdf = Bericht für den Kunden
document-report-json = Bericht für Programme
document-report-csv = Zahlen als Tabelle
document-letter-eml = Anschreiben als E-Mail-Entwurf, mit Bericht
document-letter-md = Anschreiben als Text
document-settlement-json = Was entschieden wurde, für Programme
document-settlement-csv = Was entschieden wurde, als Tabelle
evidence-empty = Für diesen Monat gibt es keine Nachweise
evidence-empty-next = Seine Zahlen beruhen allein auf Vorfällen.
evidence-query = Abfrage
evidence-source = Quelle
evidence-step = Abschnitte von { $step }
evidence-warnings = Warnungen der Quelle
evidence-notes = Aufgefallen
note-no-number = { $slices } Abschnitte der Spalte { $column } enthalten keine Zahl, der erste endet { $first }
note-not-finite = { $slices } Abschnitte der Spalte { $column } enthalten keine endliche Zahl, der erste endet { $first }
note-too-large = { $slices } Abschnitte der Spalte { $column } enthalten eine zu große Zahl, der erste endet { $first }
note-no-series = Spalte { $column } hat von { $from } bis { $to } keine Zeitreihe
note-no-beats = Keine brauchbaren Lebenszeichen über { $duration }

## Schritte

history = Verlauf
history-closed = Abgeschlossen
history-submit = Zur Prüfung gegeben
history-return = Zurückgegeben
history-decide = Festgelegt
history-approve = Freigegeben
history-reject = Abgelehnt
history-issue = Ausgestellt
history-reverse = Storniert
history-comment = Kommentar
explanation = Herleitung
step-submit = Zur Prüfung geben
step-return = Zurückgeben
step-decide = Betrag festlegen
step-approve = Freigeben
step-reject = Ablehnen
step-issue = Ausstellen
step-reverse = Stornieren
step-comment = Kommentieren
step-submit-title = Monat mit seinen Gutschriften zur Prüfung geben
step-return-title = Monat zurückgeben an die Person, die ihn abgeschlossen hat
step-decide-title = Betrag innerhalb der Spanne festlegen
step-approve-title = Freigeben
step-reject-title = Diese Gutschrift nicht gewähren
step-issue-title = Monat mit den freigegebenen Gutschriften ausstellen
step-reverse-title = Ausgestellte Gutschrift zurücknehmen
step-comment-title = Etwas dazu sagen
step-reason = Begründung
step-words = Ihr Kommentar
step-needs-words = Schreiben Sie zuerst etwas.
step-note = Bemerkung (freiwillig)
step-needs-reason = Geben Sie eine Begründung an; sie bleibt im Protokoll.
step-amount = Betrag in { $currency }
step-amount-hint = Innerhalb von { $range }.
step-amount-least = Mindestbetrag
step-amount-most = Höchstbetrag
step-needs-amount = Nötig ist ein Betrag innerhalb von { $range }.
step-last-known = Der letzte hier bekannte Schritt: { $step } durch { $actor }. Sehen Sie neu an, was danach kam.
blocked-not-submitted = Der Monat wurde noch nicht zur Prüfung gegeben; seine Gutschriften gehen mit ihm.
blocked-done = Diese Gutschrift ist erledigt.
blocked-undecided = Legen Sie zuerst den Betrag innerhalb der Spanne fest; danach gibt ihn jemand anderes frei.
blocked-closed-by-you = Sie haben diesen Monat abgeschlossen, deshalb muss jemand anderes freigeben (Vier-Augen-Prinzip).
blocked-decided-by-you = Sie haben einen Betrag festgelegt, deshalb muss jemand anderes freigeben (Vier-Augen-Prinzip).
blocked-credits-open = Zuerst müssen alle Gutschriften des Monats freigegeben oder abgelehnt sein.

## Gutschriften

credits-purpose = Was für { $month } geschuldet ist: festlegen, freigeben, stornieren
credits-show-waiting = Gutschriften in Prüfung zeigen
credits-approve-many = { $count ->
    [one] { $count } Gutschrift freigeben
   *[other] { $count } Gutschriften freigeben
}
credits-reject-many = { $count ->
    [one] { $count } Gutschrift ablehnen
   *[other] { $count } Gutschriften ablehnen
}
credits-many-progress = { $done } von { $of }
credits-many-done = { $done } ausgeführt, { $failed } nicht ausgeführt
credits-empty = Keine Gutschriften im { $month }
credits-empty-next = Es ist nichts geschuldet, oder der Monat ist nicht abgeschlossen. Wählen Sie einen anderen Monat oder Kunden.
credit-gone = Diese Gutschrift gehört nicht mehr zum Monat
credit-gone-next = Der Monat wurde neu berechnet. Schließen Sie dieses Fenster und sehen Sie in die Liste.
credit-issued-before = In früheren Revisionen ausgestellt
totals = Summen des Monats
totals-open = Offen
totals-approved = Freigegeben
totals-issued = Ausgestellt
totals-reversed = Storniert
totals-credits = Gutschriften
totals-net = Netto zu berechnen

## Kunden

customers-purpose = Alle, die Sie betreuen; öffnen Sie einen Kunden, um seine Monate zu sehen
customers-empty = Es gibt noch keine Kunden
customers-empty-next = Ein Kunde erscheint, sobald sein erster Monat abgeschlossen ist.

## Abschluss

close-purpose = Liest die Nachweise, bewertet sie und hält den Monat fest
close-whom-all = Alle Kunden mit einem Vertrag in diesem Monat
close-whom-one = Nur { $tenant }
close-again = Ein erneuter Abschluss aus denselben Nachweisen ändert nichts; aus anderen entsteht durch Nachberechnung eine neue Revision.
close-start = { $month } abschließen
close-jobs = Aufträge
close-empty = Von hier wurde noch kein Monat abgeschlossen
close-empty-next = Wählen Sie oben einen Monat und schließen Sie ihn ab; der Fortschritt erscheint hier.
job-of = Auftrag für { $month }
job-asked = { $actor }, { $at }
job-call-off = Abbrechen
job-called-off = Der Auftrag ist abgebrochen und endet gleich.
job-progress = { $done } von { $of }
job-step-capture = Nachweise lesen
job-step-measure = Messen
job-step-render = Dokumente erstellen
job-step-record = Festhalten
job-step-publish = Ablegen
job-interrupted-next = Das Programm wurde währenddessen beendet. Sehen Sie nach dem Monat und schließen Sie ihn dann noch einmal ab: Nichts wird doppelt erfasst.
job-unchanged = Unverändert
revision-number = Revision { $revision }

## Prüfprotokoll

audit-purpose = Jeder Schritt in der Reihenfolge, in der er getan wurde; jeder Eintrag enthält die Prüfsumme des vorigen
audit-verify = Kette prüfen
audit-verify-again = Erneut prüfen
audit-verify-what = Die Kette wurde noch nicht geprüft, seit Sie hier sind. Die Prüfung geht alle Einträge durch, vergleicht ihre Prüfsummen und sieht nach, ob sie die Tatsachen richtig wiedergeben.
audit-sound = Alle { $entries } Einträge folgen aufeinander und geben die Tatsachen richtig wieder. Niemand hat etwas geändert, entfernt oder eingefügt.
audit-head = Ende der Kette:
audit-broken = Die Kette ist gebrochen. Lassen Sie das Hauptbuch, wie es ist, stellen Sie eine Sicherung an anderer Stelle wieder her und vergleichen Sie. Der erste Fehler:
audit-subject = Gegenstand beginnt mit
audit-empty = Es gibt keine Einträge
audit-empty-next = Den ersten schreibt der erste Monatsabschluss.
audit-entry = Eintrag { $sequence }
audit-payload = Was festgehalten wurde
audit-hash = Prüfsumme
audit-previous = Prüfsumme des vorigen Eintrags
audit-about-month = Monate
audit-about-credit = Gutschriften
audit-about-document = Dokumente des Katalogs
audit-about-account = Konten
audit-about-tenant = Kunden
audit-about-contract = Verträge
action-month-closed = Monat abgeschlossen
action-month-restated = Monat nachberechnet
action-month-step = Schritt mit einem Monat
action-credit-drafted = Gutschrift entworfen
action-credit-step = Schritt mit einer Gutschrift
action-tenant-recorded = Kunde erfasst
action-contract-recorded = Vertrag erfasst
action-document-entered = Dokument eingetragen
action-document-decided = Dokument entschieden
action-document-retired = Dokument zurückgezogen
action-account-added = Konto angelegt
action-account-changed = Konto geändert
action-account-sign-in = Anmeldung
action-token-added = Token angelegt
action-token-changed = Token geändert
action-limit-set = Grenze gesetzt

## Übersicht: Verlauf und laufender Monat

overview-owed = Geschuldet in { $currency }
overview-open = davon noch nicht entschieden: { $range }
deadline-passed = verstrichen
waiting-submit-months = { $count ->
    [one] { $count } Monat zur Prüfung geben
   *[other] { $count } Monate zur Prüfung geben
}
waiting-decide-credits = { $count ->
    [one] Betrag von { $count } Gutschrift festlegen
   *[other] Beträge von { $count } Gutschriften festlegen
}
waiting-approve-credits = { $count ->
    [one] { $count } Gutschrift freigeben
   *[other] { $count } Gutschriften freigeben
}
waiting-approve-months = { $count ->
    [one] { $count } Monat freigeben
   *[other] { $count } Monate freigeben
}
waiting-issue-months = { $count ->
    [one] { $count } Monat ausstellen
   *[other] { $count } Monate ausstellen
}
waiting-credits = Gutschriften in Prüfung, dringendste zuerst
waiting-nothing = Es wartet nichts auf Sie.
trend = Zwölf Monate im Verlauf
trend-chart = Ergebnisse und geschuldete Beträge der letzten zwölf Monate. Dieselben Zahlen stehen in der Tabelle.
trend-legend = Oben die Monate aller Kunden nach Ergebnis: gehalten einfarbig, verfehlt schraffiert, nicht entscheidbar gepunktet. Unten, was geschuldet ist: einfarbig sicher, schraffiert möglich. Ein Monat ohne Balken ist nicht abgeschlossen.
trend-money-low = Sicher geschuldet
trend-money-range = Möglicherweise geschuldet
trend-owed = Geschuldet in { $currency }
trend-not-closed = Nicht abgeschlossen
standing = Der laufende Monat
standing-what = Wie viel vom Fehlerbudget bisher verbraucht ist
standing-at = Gemessen bis { $at }; festgehalten wird davon nichts
standing-look = Jetzt nachsehen
standing-empty = Noch hat niemand nachgesehen
standing-empty-look = „Jetzt nachsehen“ misst bis zum letzten ganzen Abschnitt und hält nichts fest.
standing-empty-next = Kundenbetreuung, Finanzen oder Revision können nachsehen.
standing-elapsed = Servicezeit bisher
standing-of = { $part } von { $whole }
standing-used = Budget verbraucht
standing-projected = Bei gleichem Tempo am Ende
standing-outlook = Aussicht
standing-at-least = mindestens { $share }
standing-legend = Anteile am Fehlerbudget des ganzen Zeitraums. Die Hochrechnung geht davon aus, dass Fehler bis zum Ende so häufig bleiben wie bisher; sie ist keine Zusage.
outlook-lasts = Reicht
outlook-unjudged = Noch nichts zu bewerten
outlook-uncertain = Hängt von unbekannter Zeit ab
outlook-too-fast = Reicht so nicht
outlook-used-up = Verbraucht

## Gutschriften: Summen und Rechnung

column-decided-by = Festgelegt von
credits-purpose-all = Was in allen Monaten geschuldet ist: festlegen, freigeben, stornieren
credit-totals = Summen dieser Liste
credit-totals-decided-of = { $count ->
    [0] –
    [one] { $sum } · { $count } Gutschrift
   *[other] { $sum } · { $count } Gutschriften
}
billing-impact = Folgen für die Rechnung, { $month }
billing-charges = Entgelte
billing-none = Für diesen Monat ist noch nichts abgerechnet.
caps = Obergrenzen
caps-none = Der Vertrag kennt keine Obergrenze.
cap-commitment = Je Zusage
cap-service = Je Dienst
cap-month = Je Monat
cap-year = Je Jahr
cap-contract = Über die Laufzeit
cap-since = seit { $month }
cap-limit = Grenze
cap-used = Genutzt
cap-left = Übrig
