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
fact-hours = Vereinbarte Servicezeit
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
document-report-own = Ihr Bericht
document-report-pdf = Bericht für den Kunden
document-report-json = Bericht für Programme
document-report-csv = Zahlen als Tabelle
document-report-xlsx = Alle Angaben des Berichts als Arbeitsmappe
document-letter-eml = Anschreiben als E-Mail-Entwurf, mit Bericht
document-letter-md = Anschreiben als Text
document-letter-html = Anschreiben für die Textverarbeitung
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
note-unread = In { $slices } Abschnitten der Spalte { $column } stieg ein Zähler, während er nicht gelesen wurde; der erste endet { $first }
note-estimated = Spalte { $column } ist vom Server geschätzt, der hochrechnet; gezählt wird mit counter statt query
note-new-series = { $series ->
    [one] In Spalte { $column } kam eine Zeitreihe hinzu
   *[other] In Spalte { $column } kamen { $shown } Zeitreihen hinzu
}{ $counted ->
    [yes] ; ihr Anfang zählt ab null
   *[no] ; ihr Anfang zählt nicht
}
note-restarts = { $restarts ->
    [one] Ein Zähler der Spalte { $column } begann einmal von vorn
   *[other] Zähler der Spalte { $column } begannen { $shown }-mal von vorn
}
note-replicas = Gezählt nach { $label } „{ $counted }“ mit { $slices } belegten Abschnitten; zum Vergleich { $label } „{ $other }“: { $otherSlices } belegte Abschnitte, in { $bothSlices } gemeinsamen { $events } und { $otherEvents } Ereignisse
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
close-again = Ein erneuter Abschluss aus denselben Nachweisen ändert nichts; aus anderen entsteht durch Nachberechnung eine neue Revision.
close-start = { $month } abschließen
close-jobs = Aufträge
close-empty = Von hier wurde noch kein Monat abgeschlossen
close-empty-next = Wählen Sie oben einen Monat und schließen Sie ihn ab; der Fortschritt erscheint hier.
job-of = Auftrag für { $month }
job-asked = { $actor }, { $at }
job-call-off = Abbrechen
job-called-off = Der Auftrag ist abgebrochen und endet gleich.
job-progress = { $done } von { $of } Teilen dieses Schritts
job-step-capture = Nachweise lesen
job-step-measure = Messen
job-step-render = Dokumente erstellen
job-step-record = Festhalten
job-step-publish = Ablegen
series-read = Messreihen, die gelesen werden
series-parts = { $done } von { $of } gelesen
job-customers-done = Kunden: { $done } von { $of } fertig
job-customer-last = zuletzt { $customer }
close-evidence = Nachweise
close-evidence-what = Was für diesen Monat schon vorliegt, Tag für Tag. Fehlt etwas, bleibt diese Zeit unbekannt und das Ergebnis eine Spanne.
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

## Das Fenster: welcher Arbeitsplatz, und was darum herum ist

tray-open = SLA Desk öffnen
tray-quit = Beenden
first-title = Womit möchten Sie arbeiten?
first-demo = Die Demo ausprobieren
first-demo-what = Vier erfundene Kunden mit einem abgeschlossenen Monat. Niemandem bleibt etwas verborgen; nichts verlässt diesen Rechner.
first-demo-go = Demo öffnen
first-demo-wait = Der Monat der Demo wird abgeschlossen; das dauert einige Sekunden.
first-own = Ein Hauptbuch auf diesem Rechner
first-own-what = Für einen Arbeitsplatz. Monate, Gutschriften und Prüfkette liegen in einer Datei bei Ihnen.
first-own-go = Hauptbuch anlegen
first-server = Ein Hauptbuch auf einem Server
first-server-what = Für mehrere Arbeitsplätze: PostgreSQL, zum Beispiel Neon. Die Adresse liegt im Schlüsselbund des Systems.
first-server-go = Hauptbuch öffnen
first-folder-own = Ordner für Hauptbuch, Dokumente und Nachweise
first-folder-server = Ordner für Dokumente und Nachweise
first-folder-hint = Ein vollständiger Pfad auf diesem Rechner. Fehlt er, wird er angelegt; was dort liegt, bleibt.
first-ledger = Adresse des Hauptbuchs
first-ledger-hint = So, wie Ihr Anbieter sie anzeigt. Sie enthält ein Passwort und wird deshalb verdeckt.
first-ledger-show = Adresse anzeigen
first-ledger-missing = Geben Sie zuerst die Adresse ein.
first-look = Verbindung prüfen
first-look-before = Prüfen Sie zuerst die Verbindung.
first-look-empty = Der Server antwortet, und die Datenbank ist leer: Ein neues Hauptbuch wird darin angelegt.
first-look-older = Der Server antwortet. Das Hauptbuch stammt aus einer früheren Version und wird auf diese gebracht.
first-look-there = Der Server antwortet, und das Hauptbuch ist bereit.
first-look-nobody = Der Server antwortet. Das Hauptbuch kennt noch niemanden; legen Sie das erste Konto an.
first-account = Ihr Konto
first-account-what = Das erste Konto gibt allen anderen ihre Rechte und berührt kein Geld. Legen Sie Kundenbetreuung und Finanzen danach in den Einstellungen an.
first-name = Ihr Name
first-name-missing = Geben Sie Ihren Namen ein.
first-account-wrong = Kleinbuchstaben, Ziffern, Punkte, Binde- und Unterstriche; am Anfang ein Buchstabe oder eine Ziffer.
first-password-again = Passwort wiederholen
first-measurements = Messwerte
first-measurements-what = Woher kommen die Messwerte? Wissen Sie es noch nicht, lassen Sie das Feld leer: Quellen lassen sich jederzeit im Katalog eintragen.
first-measurements-address = Adresse von Prometheus oder Thanos
first-measurements-hint = Verlangt der Server ein Passwort, tragen Sie es später im Katalog ein; hier wird ohne gefragt.
first-measurements-before = Probieren Sie zuerst aus, ob der Server antwortet, oder leeren Sie das Feld.
first-measurements-later = Sie können trotzdem weitermachen: Die Adresse wird eingetragen und lässt sich im Katalog ändern.
desk-failed = Ihr Arbeitsplatz lässt sich nicht öffnen
desk-leave = Anderen Arbeitsplatz wählen
demo-people = Sehen Sie sich um als …
demo-people-what = Jede Rolle sieht und darf etwas anderes.
problem-keychain = Der Schlüsselbund des Systems antwortet nicht
problem-keychain-next = Entsperren Sie ihn und versuchen Sie es noch einmal. Die Adresse wird nirgends sonst aufbewahrt.
problem-no-account = An diesem Hauptbuch könnte sich niemand anmelden
problem-no-account-next = Prüfen Sie die Verbindung noch einmal und legen Sie das erste Konto an.
problem-ledger-sign-in = Der Server nimmt Benutzer oder Passwort nicht an
problem-ledger-sign-in-next = Prüfen Sie die Adresse: Sie könnte am Server geändert worden sein.
file-saved = Gespeichert
problem-file = Die Datei wurde nicht gespeichert
problem-file-next = Schaffen Sie Platz oder wählen Sie einen anderen Ort. Es blieb nichts Halbes zurück.
job-notice-done = { $month } ist abgeschlossen
job-notice-failed = { $month } wurde nicht abgeschlossen
job-notice-next = Öffnen Sie SLA Desk, um das Ergebnis zu sehen.

## Katalog

room-catalogue = Katalog
catalogue-purpose = Verträge, Zusagen, Messungen und Kunden: wonach jeder Monat bewertet wird
catalogue-new = Neues Dokument
catalogue-template = Vertrag aus einer Vorlage …
catalogue-template-what = Der Vertrag übernimmt die Bedingungen der Vorlage und nennt nur, was ihm eigen ist.
catalogue-template-none = Keine Vorlage passt. Versuchen Sie ein anderes Wort.
catalogue-empty = Der Katalog ist leer
catalogue-empty-next = Beginnen Sie mit einem Kunden und einer Datenquelle, oder übernehmen Sie einen Ordner mit „sla catalogue import“.
column-kind = Art
column-findings = Befunde
column-place = Wo
column-title = Name
column-changed = Geändert
column-changed-by = Durch
found-errors = Mit Fehlern
found-unsound = Strittig
found-none = Ohne Befund
found-count-errors = { $count } Fehler
found-count-unsound = { $count } strittig
origin-ledger = Im Hauptbuch
origin-file = In einer Datei
origin-version = Hauptbuch, Fassung { $version }
origin-line = { $file }, Zeile { $line }
kind-contract = Vertrag
kind-tenant = Kunde
kind-service = Dienst
kind-slo = Ziel (SLO)
kind-sli = Messung (SLI)
kind-datasource = Datenquelle
kind-slatemplate = Vertragsvorlage
kind-exclusion = Ausschluss
kind-incident = Vorfall
kind-calendar = Schließtage
kind-file = Unlesbare Datei
kind-billingmapping = Kontenzuordnung
document-new = Neu, noch nicht eingetragen
document-version = Fassung { $version }, eingetragen von { $actor } am { $at }
document-versions = Fassungen
document-views = Ansichten des Dokuments
document-saved = Als Fassung { $version } eingetragen.
document-retired = Aus dem Katalog genommen
document-retire = Herausnehmen
document-retire-title = { $name } aus dem Katalog nehmen
document-retire-what = Abgeschlossene Monate behalten es, sein Verlauf bleibt, und eine weitere Fassung bringt es zurück. Solange andere darauf verweisen, wird es abgelehnt.
draft-undo = Rückgängig
draft-redo = Wiederholen
draft-discard = Änderungen verwerfen
draft-changed = Noch nicht gespeichert. Der Entwurf bleibt in diesem Tab, wenn Sie die Seite verlassen.
draft-kept = Das ist Ihr Entwurf von vorhin; er blieb in diesem Tab und ist noch nicht gespeichert.
save-not-yours = Ihr Konto darf dieses Dokument lesen, aber nicht ändern.
save-in-file = Dieses Dokument steht in der Datei { $file } des Arbeitsplatzes und wird dort geändert. Laden Sie Ihren Text herunter, oder übernehmen Sie den Ordner mit „sla catalogue import“ ins Hauptbuch.
save-nothing = Es wurde nichts geändert.
save-checking = Die Prüfung läuft noch.
save-not-checked = Der Text konnte nicht geprüft werden. Versuchen Sie die Prüfung erneut.
save-not-one = Der Text muss genau ein Dokument mit Art und Namen sein.
save-exists = { $name } gibt es schon; öffnen Sie es, um es zu ändern.
save-errors = { $count ->
    [one] Beheben Sie zuerst den Fehler.
   *[other] Beheben Sie zuerst die { $count } Fehler.
}
stale-title = Inzwischen hat jemand eine andere Fassung eingetragen
stale-what = Ihr Text bleibt erhalten. Unten steht, worin er von der neuesten Fassung abweicht.
stale-diff = Ihr Text gegenüber der neuesten Fassung
stale-mine = Mit meinem Text weiterarbeiten
stale-theirs = Die neueste Fassung übernehmen
view-edit = Bearbeiten
view-changes = Änderungen
view-effects = Wirkung auf abgeschlossene Monate
view-versions = Fassungen
version-before = Von
version-after = Bis
version-compare = Ab Fassung { $version } vergleichen
version-with = Bis Fassung { $version } vergleichen
version-diff = Änderungen von Fassung { $from } zu { $to }
diff-none = Beide sagen dasselbe.
diff-legend = Neue Zeilen beginnen mit „+“ auf grünem Grund; Zeilen mit „−“ auf rotem Grund standen vorher da.
diff-unchanged = $ unveränderte Zeilen
findings = Befunde der Prüfung
findings-checking = Wird geprüft …
findings-none = Kein Befund: Es lässt sich berechnen, und nichts daran ist strittig.
findings-count = { $count ->
    [one] { $count } Befund
   *[other] { $count } Befunde
}
findings-accepted = { $count } mit Begründung hingenommen
findings-elsewhere = { $count } in anderen Dokumenten, solange es so dasteht
finding-error = Fehler
finding-unsound = Strittig
finding-line = Zeile { $line }
finding-said = gefunden: { $found }, erwartet: { $expected }
finding-stake = Bewegt bis zu { $stake } im Monat
finding-wording = Formulierungsvorschlag
editor-label = { $title } als Text
editor-keys = Tab rückt ein; mit Esc und danach Tab verlassen Sie den Text.
effect-title = Monate vor und nach der Änderung
effect-what = Berechnet abgeschlossene Monate mit dem Text, wie er hier steht, aus den festgehaltenen Nachweisen neu. Keine Quelle wird gefragt, nichts wird festgehalten.
effect-months = Letzte Monate je Vertrag
effect-compute = Berechnen
effect-before = Bisher
effect-after = Mit der Änderung
effect-unknown = Nicht zu sagen
effect-none = Jede Zusage kommt auf dasselbe.
effect-not-there = Nicht zugesagt
effect-moved = Der Katalog hat sich seit dem Abschluss geändert; festgehalten sind: { $verdict }, { $credit }.
effect-outdated = Der Text hat sich seitdem geändert; berechnen Sie neu.
effect-empty = Von diesem Vertrag ist noch kein Monat abgeschlossen
effect-empty-next = Sobald einer es ist, sehen Sie hier, was eine Änderung daran bewirkt hätte.
effect-left-out = { $count ->
    [one] { $count } weiterer Monat ist ausgelassen.
   *[other] { $count } weitere Monate sind ausgelassen.
}
form = Formular
form-unreadable = Der Text ist im Moment kein lesbares YAML. Berichtigen Sie ihn rechts, dann ist das Formular wieder da.
form-only-yaml = nur im Text
form-nothing = – nicht angegeben –
form-extends = Was hier leer ist, kommt aus der Vorlage { $template }.
form-parties = Parteien und Laufzeit
form-money = Entgelt und Rundung
form-hours = Servicezeit
form-promise = Zusage { $name }
form-add-promise = Zusage hinzufügen
form-remove-promise = Diese Zusage entfernen
form-bands = Staffel der Gutschriften
form-add-band = Stufe hinzufügen
form-caps = Obergrenzen
form-add-cap = Obergrenze hinzufügen
form-claim = Ausschlussfrist
form-what = Worum es geht
form-objectives = Eigene Ziele
form-add-objective = Ziel hinzufügen
form-of-item = { $label }, Zeile { $number }
form-remove = { $title }: Zeile { $number } entfernen
form-remove-item = Entfernen
field-title = Anzeigename
field-name = Name im Vertrag
field-description = Beschreibung
field-tenant = Kunde
field-version = Fassung
field-valid-from = Erster Tag (JJJJ-MM-TT)
field-valid-to = Letzter Tag (JJJJ-MM-TT)
field-time-zone = Zeitzone
field-fee = Monatsentgelt
field-currency = Währung
field-nature = Rechtsnatur
field-rounding = Rundung
field-rounded-at = Gerundet wird
field-hours = Zeiten
field-region = Feiertage von
field-method = Gezählt nach
field-slice = Abschnitt
field-slice-target = Mindestwert je Abschnitt
field-unknown = Zeit ohne Nachweis
field-quiet = Abschnitt ohne Verkehr
field-exclusions = Ausgeschlossene Zeit
field-band-from = Ab
field-band-below = Unter
field-band-credit = Gutschrift
field-cap-per = Je
field-cap-share = Anteil
field-cap-of = Wovon
field-amount = Betrag
field-within = Innerhalb von
field-unit = Einheit
field-claim-from = Ab
field-target-share = Ziel als Anteil
choice-nature-service-credit = Service-Level-Gutschrift
choice-nature-contractual-penalty = Vertragsstrafe
choice-nature-liquidated-damages = Pauschalierter Schadensersatz
choice-nature-malus = Malus
choice-rounding-floor = Ab
choice-rounding-ceil = Auf
choice-rounding-half-even = Halbe zur geraden Zahl
choice-rounding-half-up = Kaufmännisch
choice-rounded-commitment = Je Zusage
choice-rounded-total = Auf die Summe
choice-method-occurrences = Ereignisse
choice-method-timeslices = Gute Abschnitte
choice-method-ratio-timeslices = Mittel der Abschnitte
choice-method-consumption = Verbrauch
choice-unknown-range = Bleibt eine Spanne
choice-unknown-down = Gilt als Ausfall
choice-unknown-up = Gilt als verfügbar
choice-unknown-excluded = Zählt nicht
choice-quiet-good = Gilt als gut
choice-quiet-bad = Gilt als schlecht
choice-quiet-excluded = Zählt nicht
choice-exclusions-denominator = Entfällt beiderseits
choice-exclusions-numerator = Bleibt als gut
choice-cap-commitment = Zusage
choice-cap-service = Dienst
choice-cap-month = Monat
choice-cap-year = Jahr
choice-cap-contract = Vertrag
choice-cap-of-base = Monatsentgelt
choice-cap-of-last12-months = Letzte 12 Monate
choice-cap-of-contract-to-date = Vertrag bisher
choice-claim-unit-days = Tage
choice-claim-unit-working-days = Werktage
choice-claim-unit-months = Monate
choice-claim-from-period-end = Ende des Zeitraums
choice-claim-from-first-outage = Erster Ausfall
choice-claim-from-last-outage = Letzter Ausfall

## Diagramme, Zahlen, Ausschlüsse und Revisionen eines Monats

month-part-revisions = Revisionen
action-letter-written = Anschreiben geändert
audit-about-letter = Anschreiben
column-hour = Stunde
column-end = Ende
burn-title = Verbleibendes Fehlerbudget: { $promise }
burn-chart = Wie viel vom Budget von { $promise } am Ende jedes Tages in Prozent übrig ist, neben dem, was gleichmäßiger Verbrauch übrig ließe. Dieselben Zahlen stehen in der Tabelle.
burn-legend = Jeweils am Ende des Tages. Fehlt für eine Zeit der Nachweis, ist die durchgezogene Linie, was sicher übrig ist. Unter null ist das Budget überzogen.
burn-left = Budget übrig
burn-left-percent = Übrig in Prozent
burn-left-at-best = Bestenfalls
burn-ideal = Gleichmäßig verbraucht
burn-none-left = Aufgebraucht
burn-no-budget = Kein Budget in Prozent
burn-no-budget-next = Ein Ziel von 100 % lässt keinen Fehler zu. Die Tabelle nennt, was verloren ging.
burn-not-judged-next = Wo nichts bewertet wurde, wird kein Budget verbraucht.
not-noted = Diese Revision nennt nicht, wie die einzelnen Stunden verliefen
not-noted-next = Eine frühere Version des Programms hat sie abgeschlossen. Berechnen Sie den Monat nach, um Diagramme zu sehen; seine Zahlen bleiben, wie sie sind.
hours-title = Stunde für Stunde: { $promise }
hours-nothing = Zu keiner Stunde gibt es etwas zu sagen
hours-nothing-next = Die gesamte Servicezeit ist nachgewiesen und war gut genug.
hour-when = { $day }, { $from }:00
hour-odd = Uhr umgestellt: dauert { $length }
hour-good = Gut
hour-down = Ausgefallen
hour-unknown = Ohne Nachweis
hour-excluded = Ausgeschlossen
hour-quiet = Kein Verkehr
hour-outside = Außerhalb der Servicezeit
hour-skipped = Von der Uhr übersprungen
time-quiet = Ohne Verkehr
mark-how = Markieren Sie einen Zeitraum mit der Maus oder mit Umschalt und den Pfeiltasten, um seinen Ausschluss zu beantragen.
marked = Markiert: { $from } bis { $to }
time-line = Zeitstrahl
lane-counts = Ausfall, der zählt
lane-excluded = Ausgeschlossener Ausfall
lane-too-short = Zu kurz, um zu zählen
lane-unknown = Ohne Nachweis
lane-incident = Vorfall
lane-exclusion = Beantragter Ausschluss
lane-exclusions = Ausschlüsse
outage-of = Ausfall von { $length }
outage-no-incident = Kein Vorfall erklärt ihn.
outage-no-exclusion = Niemand hat seinen Ausschluss beantragt.
incident-open = noch offen
ask-exclusion = Ausschluss beantragen
exclusion-purpose = Eine andere Person muss ihn freigeben. Er ändert den Monat, wenn dieser nachberechnet wird.
exclusion-from = Von
exclusion-to = Bis
exclusion-kind = Art der Zeit
exclusion-choose-kind = Bitte wählen …
exclusion-for-all = Alle Zusagen des Kunden, nicht nur { $promise }
exclusion-announced = Wann der Kunde unterrichtet wurde
exclusion-announced-hint = Eine Wartung, die nicht rechtzeitig angekündigt wurde, gilt nicht als ausgeschlossen.
exclusion-reason = Grund
exclusion-reason-hint = Der Bericht druckt ihn, wie er hier steht.
text-too-long = { $letters } Zeichen; höchstens { $most } sind möglich.
exclusion-name = Name
exclusion-name-hint = Kleinbuchstaben, Ziffern und Bindestriche; kein Name kommt zweimal vor.
exclusion-needs-time = { $found } ist keine Zeit in { $zone }. Erwartet werden Jahr-Monat-Tag und Uhrzeit, etwa 2026-10-05T10:30.
exclusion-needs-order = Das Ende liegt vor dem Anfang.
exclusion-needs-kind = Wählen Sie die Art der Zeit.
exclusion-needs-reason = Nennen Sie, warum diese Zeit nicht zählen soll.
exclusion-needs-name = Verwenden Sie Kleinbuchstaben, Ziffern und Bindestriche.
exclusions-empty = Kein Ausschluss beantragt
exclusions-empty-next = Markieren Sie Stunden oder öffnen Sie einen Ausfall, um einen zu beantragen.
exclusion-asked-by = Beantragt von { $who }, { $at }
exclusion-in-month = In diesem Monat
exclusion-not-in-month = Der Monat wurde ohne ihn abgeschlossen; eine Nachberechnung nimmt ihn auf.
request-requested = Wartet auf Entscheidung
request-approved = Freigegeben
request-refused = Abgelehnt
request-withdrawn = Zurückgezogen
request-decide = Entscheidung über den Antrag
request-reason = Begründung
request-reason-hint = Wer ablehnt, sagt warum; der Bericht nennt es.
request-approve = Freigeben
request-refuse = Ablehnen
request-withdraw = Zurückziehen
request-decided-approve = freigegeben von { $who }, { $at }
request-decided-refuse = abgelehnt von { $who }, { $at }
request-decided-withdraw = zurückgezogen von { $who }, { $at }
figure-open = { $figure } – zeigen, worauf es beruht
figure-attained = Erreicht
figure-budget = Fehlerbudget
figure-down = Ausfallzeit
figure-excluded = Ausgeschlossene Zeit
figure-unknown = Zeit ohne Nachweis
figure-service = Servicezeit
figure-credit = Gutschrift
figure-exact = Genau
figure-good = Gut
figure-total = Insgesamt
figure-none = Keine
figure-budget-rule = Das Budget ist, was das Ziel von 100 Prozent übrig lässt, mal der Servicezeit ohne das, was die Bewertung verlässt. Verbraucht ist, was verloren ging, als Anteil daran; es entscheiden die genauen Verhältnisse, gerundet wird nur für die Anzeige.
figure-how = Wie gezählt wird
figure-method = Verfahren
figure-slice = Abschnitt
figure-unknown-reading = Ohne Nachweis gilt als
figure-quiet-reading = Ohne Verkehr gilt als
figure-exclusion-mode = Ausgeschlossene Zeit
unit-events = Ereignisse
unit-slices = Abschnitte
unit-consumption = Einheiten
method-occurrences = Gute Ereignisse von allen Ereignissen
method-timeslices = Gute Abschnitte von allen Abschnitten
method-ratiotimeslices = Mittel der Verhältnisse aller Abschnitte
method-consumption = Budget gegen Verbrauch
unknown-as-range = beides: eine Spanne
unknown-as-down = ausgefallen
unknown-as-up = verfügbar
unknown-as-excluded = keine Servicezeit
quiet-as-good = gut
quiet-as-bad = schlecht
quiet-as-excluded = keine Servicezeit
exclusions-as-denominator = verlässt beide Seiten des Verhältnisses
exclusions-as-numerator = bleibt als gut stehen
unknown-missing = Die Quelle hat nichts geliefert
unknown-unusable = Die Quelle hat keine brauchbare Zahl geliefert
unknown-good-above-total = Mehr gute Ereignisse als Ereignisse: Die Messung ist falsch
unknown-bound = { $slices } Abschnitte sind unbekannt; jeder wird mit { $each } gerechnet, so viel wie im stärksten Abschnitt des Bezugszeitraums.
derivation-exact = Der genaue Wert vor dem Runden
derivation-exactly = genau { $value }
derivation-none = Hierfür wurde nichts hergeleitet.
earned-back = Rückverdienst
blocked-above-total = Damit kämen die Gutschriften des Monats auf mehr, als der Monat schuldet.
blocked-other = Das Hauptbuch nimmt diesen Schritt derzeit nicht an. Laden Sie die Seite neu, um den Grund zu sehen.
revisions-one = Es gibt eine Revision
revisions-one-next = Eine zweite entsteht, wenn der Monat aus anderen Nachweisen oder Entscheidungen nachberechnet wird.
difference = Was sich geändert hat
difference-before = Von Revision
difference-after = zu
difference-same = Wählen Sie zwei verschiedene Revisionen.
difference-not-there = nicht vorhanden
difference-evidence = Sie beruht auf anderen Nachweisen.
difference-evidence-same = Sie beruht auf denselben Nachweisen.
difference-contract = Ein anderer Vertragsinhalt hat sie bewertet.
difference-contract-same = Derselbe Vertrag hat sie bewertet.
restate = Monat nachberechnen
restate-purpose = Schließt den Monat aus dem, was jetzt bekannt ist, noch einmal ab. Weichen Zahlen ab, kommt eine Revision hinzu; nichts, was versandt wurde, ändert sich.
restate-reason = Grund
restate-reason-hint = Er wird sofort als Kommentar der Revision festgehalten, die jetzt gilt; danach wird gerechnet.
restate-comment = Nachberechnung: { $reason }

## Dokumente eines Monats nebeneinander

documents-all = Alle Dokumente
document-letter-drawn-md = Anschreiben, wie es erzeugt wird, bevor es jemand geändert hat
preview-open = Vorschau zeigen
preview-close = Vorschau schließen
preview-how = Die Vorschau wird geladen, wenn Sie sie öffnen.
pdf-page = Seite { $page } von { $pages }
pdf-previous = Vorige Seite
pdf-next = Nächste Seite
pdf-smaller = Kleiner
pdf-larger = Größer
pdf-fit = Seitenbreite
pdf-broken = Der Bericht lässt sich hier nicht anzeigen
pdf-broken-next = Laden Sie ihn unten herunter; es ist dieselbe Datei.
letter = Anschreiben
letter-look-text = Anschreiben
letter-look-drawn = Wie erzeugt
letter-look-difference = Unterschied
letter-drawn = Wie es aus dem Monat erzeugt wird; niemand hat es geändert.
letter-sent-drawn = Versandt, wie es aus dem Monat erzeugt wurde.
letter-draft = Ihr Entwurf; er ist noch nicht gespeichert.
letter-draft-of = Diesen Entwurf haben Sie mit Revision { $begun } begonnen; inzwischen gilt Revision { $revision }. Vergleichen Sie ihn mit dem Anschreiben, wie es jetzt erzeugt wird.
letter-version = Fassung { $number } von { $who }, { $at }
letter-versions = Fassungen
letter-outdated = Seit dieser Fassung wurde etwas entschieden. Vergleichen Sie sie mit dem Anschreiben, wie es jetzt erzeugt wird.
letter-how = Markdown: Die erste Zeile ist der Betreff, als „# Betreff“. Absätze, Listen und Linien sind möglich, Bilder und Tabellen nicht. Strg+Z macht rückgängig, Strg+S speichert.
letter-write = Anschreiben ändern
letter-save = Fassung speichern
letter-unchanged = Das Anschreiben lautet bereits so.
letter-take-drawn = Erzeugtes Anschreiben übernehmen
letter-take = In den Entwurf übernehmen
letter-give-up = Entwurf verwerfen
action-undo = Rückgängig
action-redo = Wiederholen
line-added = hinzugefügt
line-removed = entfernt

## Übersicht: Verlauf und laufender Monat

overview-owed = Geschuldet in { $currency }
overview-open = davon noch offen:
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
waiting-decide-requests = { $count ->
    [one] Über { $count } Antrag entscheiden
   *[other] Über { $count } Anträge entscheiden
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
standing-failures = { $count ->
    [one] { $count } Kunde konnte nicht gemessen werden:
   *[other] { $count } Kunden konnten nicht gemessen werden:
}
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
source-test = Quelle ausprobieren
source-test-what = Fragt die Quelle, wie sie hier beschrieben ist, nach dem, was Verträge von ihr brauchen: einen Server nach der letzten Stunde, Dateien nach dem letzten Monat. Nichts wird festgehalten.
source-test-now = Jetzt ausprobieren
source-test-asking = Die Quelle wird gefragt; das dauert bis zu einer halben Minute.
source-test-old = Der Text hat sich seitdem geändert; probieren Sie es noch einmal.
source-reached = Antwortet
source-not-reached = Antwortet nicht
source-numbers = Zahlen kamen
source-no-numbers = Keine Zahlen
source-secrets-sent = Die genannten Geheimnisse wurden mitgeschickt.
source-secrets-withheld = Geheimnisse wurden nicht mitgeschickt: Sie gehen nur an eine eingetragene Adresse. Speichern Sie das Dokument und probieren Sie es dann noch einmal.
source-version = Version
source-reading = Lässt nur lesen
source-reading-true = Ja, ändern lässt sich nichts
source-reading-false = Nein, es ließe sich etwas ändern
source-retention = Bewahrt Messwerte auf
source-oldest = Ältester Messwert
source-not-told = Sagt es nicht
source-oldest-not-told = Sagt es nicht; ein Prometheus sagt es, wenn er sich selbst misst
source-forgets = Diese Quelle vergisst die ersten Tage eines Monats, bevor er abgeschlossen werden kann. Lassen Sie jeden Tag erfassen, sobald er vorbei ist.
source-asks = Was Verträge von ihr brauchen
source-asks-none = Noch fragt kein laufender Vertrag sie nach etwas, oder der Katalog hat Fehler.
source-usable = { $usable } von { $slices } Abschnitten haben Zahlen

## Kunden suchen und wählen

picker-all = Alle Kunden, auch künftige
picker-some = Bestimmte Kunden
picker-search = Kunden suchen
picker-remove = { $customer } entfernen
picker-more = Es gibt weitere. Suchen Sie nach einem Teil des Namens.
customers-none-next = Suchen Sie nach einem anderen Teil des Namens oder der Kennung.

## Abschluss: Auswahl und Fehlschläge

close-whom = Welche Kunden
close-whom-all = Alle Kunden mit einem Vertrag in diesem Monat
close-choose-first = Wählen Sie zuerst mindestens einen Kunden.
close-start-some = { $count ->
    [one] { $month } für { $count } Kunden abschließen
   *[other] { $month } für { $count } Kunden abschließen
}
close-known = { $count ->
    [0] In diesem Monat ist noch nichts abgeschlossen.
    [one] { $count } Monat ist schon abgeschlossen.
   *[other] { $count } Monate sind schon abgeschlossen.
}
close-known-show = Ansehen
job-customers = { $count } Kunden
job-failures = { $count ->
    [one] { $count } Kunde wurde nicht abgeschlossen
   *[other] { $count } Kunden wurden nicht abgeschlossen
}
job-retry-those = Nur diese erneut abschließen
failure-not-over = Der Monat läuft noch
failure-not-over-next = Schließen Sie ihn ab, sobald er in der Zeitzone des Vertrags vorbei ist.
failure-unknown = Der Katalog kennt diesen Kunden nicht
failure-unknown-next = Tragen Sie Kunde und Vertrag in den Katalog ein.
failure-contract = Der Vertrag lässt den Abschluss nicht zu
failure-contract-next = Ergänzen Sie den Vertrag, wie es in der Meldung steht, und schließen Sie dann erneut ab.
failure-secret = Zugangsdaten der Datenquelle fehlen
failure-secret-next = Hinterlegen Sie die genannten Zugangsdaten auf dem Server und starten Sie ihn neu.
failure-file = Die Messdatei kann nicht gelesen werden
failure-file-next = Sehen Sie nach, ob die Datei vorhanden und vollständig ist, und schließen Sie dann erneut ab.
failure-source = Die Datenquelle antwortet nicht wie nötig
failure-source-next = Prüfen Sie Erreichbarkeit, Zugang und Abfrage der Datenquelle und schließen Sie dann erneut ab.
failure-other = Der Monat konnte nicht abgeschlossen werden
failure-other-next = Die Meldung unten sagt, woran es liegt.

## Einstellungen

room-settings = Einstellungen
settings-purpose = Ihr Konto, und wer hier was darf
settings-parts = Teile der Einstellungen
settings-account = Mein Konto
settings-people = Personen
settings-tokens = Tokens
settings-limits = Betragsgrenzen
settings-name = Name
settings-role = Rolle
settings-tenants = Kunden
settings-ways = Anmeldung
settings-password-what = Mindestens zwölf Zeichen; am besten aus einem Passwortspeicher.
settings-app = Authentifizierungs-App
settings-app-on = Eingerichtet: Neben dem Passwort ist ein Code nötig.
settings-app-off = Nicht eingerichtet: Das Passwort allein genügt.
settings-app-what = Ein Code aus einer App auf Ihrem Telefon schützt das Konto auch dann, wenn jemand das Passwort kennt.
settings-app-set-up = App einrichten
settings-app-remove = App entfernen
app-password-why = Geben Sie Ihr Passwort ein, damit niemand an Ihrem offenen Platz eine App einrichtet.
app-password-incomplete = Geben Sie zuerst Ihr Passwort ein.
app-scan = Lesen Sie dieses Bild mit Ihrer Authentifizierungs-App ein. Es wird nur dieses eine Mal gezeigt.
app-qr = QR-Code mit dem Geheimnis für die Authentifizierungs-App
app-type = Ohne Kamera: Tippen Sie dieses Geheimnis in die App.
app-code-hint = Die sechs Ziffern, die die App jetzt zeigt. Erst danach gilt sie.
app-code-incomplete = Geben Sie die sechs Ziffern aus der App ein.
app-confirm = Bestätigen
app-done = Die App ist eingerichtet. Ab jetzt brauchen Sie bei der Anmeldung neben dem Passwort einen Code.
app-remove-what = Danach genügt das Passwort allein. Haben Sie das Telefon verloren, kann die Administration die App entfernen.
app-proof = Passwort oder Code aus der App
app-proof-incomplete = Geben Sie Ihr Passwort oder einen Code ein.
action-next = Weiter
action-change = Ändern
action-copy = Kopieren
copied = Kopiert
account-add = Konto anlegen
account-change = Konto von { $name } ändern
account-name-hint = Kleine Buchstaben, Ziffern, Punkt und Bindestrich; bleibt für immer.
account-password-hint = Mindestens 12 Zeichen. Leer lassen, wenn sich das Konto anders anmeldet oder das Passwort bleibt.
account-incomplete = Name und Konto sind nötig.
account-no-tenants = Wählen Sie mindestens einen Kunden oder alle.
account-viewer-of-all = Wer als Kunde zusieht, sieht bestimmte Kunden; wählen Sie sie aus.
account-openid = Anmeldung über die Organisation (OpenID)
account-issuer = Adresse des Anbieters
account-identity = Kennung oder E-Mail-Adresse
account-identity-hint = Die Kennung beim Anbieter. Eine E-Mail-Adresse gilt nur bis zur ersten Anmeldung.
account-usable = Das Konto kann benutzt werden
account-remove-app = Authentifizierungs-App entfernen, weil das Gerät verloren ist
account-active = Aktiv
account-disabled = Gesperrt
accounts-empty = Es gibt noch keine Konten
accounts-empty-next = Legen Sie das erste an.
role-what-admin = Verwaltet Konten, Tokens und Grenzen; rührt kein Geld an.
role-what-account-manager = Schließt Monate ab, spricht mit Kunden und stellt Freigegebenes aus.
role-what-finance = Legt Gutschriften fest, gibt sie und Monate frei, storniert.
role-what-governance = Prüft Nachweise und das Protokoll.
role-what-operator = Pflegt Ziele, Störungen und Wartung.
role-what-tenant-viewer = Sieht nur, was den eigenen Kunden ausgestellt wurde.
role-what-machine = Ein Programm mit einem Token.
way-password = Passwort
way-app = App
way-openid = Organisation
way-token = Nur Tokens
column-token = Token
token-add = Token anlegen
token-label = Wofür
token-label-hint = Etwa: nächtlicher Abschluss.
token-account = Handelt für
token-days = Gültig für Tage
token-days-hint = Eine Zahl von 1 bis 731.
token-expires = Gültig bis
token-permissions = Was es darf
token-may = Das darf es, soweit es auch das Konto darf:
token-incomplete = Name, Zweck und Konto sind nötig.
token-no-permission = Wählen Sie mindestens ein Recht.
token-made = Token „{ $name }“ ist angelegt.
token-once = Bewahren Sie das Geheimnis jetzt auf; es wird kein zweites Mal gezeigt.
token-good-until = Gültig bis { $at }.
token-kept = Ich habe es aufbewahrt
token-revoke = Widerrufen
token-revoke-what = Danach kommt kein Programm mehr damit herein. Das lässt sich nicht zurücknehmen.
token-active = Gültig
token-expired = Abgelaufen
token-revoked = Widerrufen
tokens-empty = Es gibt noch keine Tokens
tokens-empty-next = Programme melden sich mit einem Token an; legen Sie eines an.
may-tenants-read = Kunden sehen
may-contracts-read = Verträge sehen
may-slos-read = Ziele sehen
may-slos-write = Katalog ändern
may-months-read = Monate sehen
may-months-close = Monate abschließen
may-months-compare = Lesarten vergleichen, laufenden Monat ansehen
may-months-review = Monate zur Prüfung geben
may-months-approve = Monate freigeben
may-months-issue = Monate ausstellen
may-credits-decide = Gutschriften festlegen
may-credits-approve = Gutschriften freigeben
may-credits-reverse = Gutschriften stornieren
may-comments-write = Kommentieren
may-exclusions-request = Ausschlüsse beantragen
may-exclusions-decide = Ausschlüsse entscheiden
may-incidents-write = Störungen eintragen
may-documents-read = Dokumente lesen
may-evidence-read = Nachweise lesen
may-billing-read = Abrechnung sehen
may-audit-read = Prüfprotokoll lesen
may-accounts-read = Konten sehen
may-accounts-write = Konten ändern
limits-what = Mehr als diese Beträge gibt eine Rolle bei einer einzelnen Gutschrift nicht frei. Ohne Grenze gilt keine.
limit-set = Grenze setzen
limit-currency = Währung
limit-currency-hint = Drei Buchstaben, etwa EUR.
limit-most = Höchstbetrag je Gutschrift
limit-none = Keine Grenze
limit-unlimited = Keine Grenze für diese Rolle und Währung
limit-needs-currency = Nötig ist ein Währungskürzel mit drei Buchstaben.
limit-needs-amount = Nötig ist ein Betrag in dieser Währung.
limits-empty = Es ist keine Grenze gesetzt
limits-empty-next = Wer Gutschriften freigeben darf, darf es bis zu jedem Betrag.
problem-proof = Passwort oder Code stimmt nicht
problem-proof-next = Sie bleiben angemeldet, und geändert wurde nichts. Prüfen Sie die Eingabe; nach mehreren falschen Versuchen warten Sie eine Viertelstunde.
problem-changed = Zuletzt geändert von { $actor }, { $at }.

## Kundenportal

portal-title = Ihre Servicequalität
portal-welcome = Willkommen, { $name }
portal-purpose = Hier finden Sie, was wir Ihnen zugesagt und Monat für Monat erreicht haben, mit allen Berichten zum Herunterladen.
portal-months = Ihre Monate
portal-more = Frühere Monate zeigen
portal-home = Zu Ihren Monaten
portal-settings = Passwort und Sicherheit
portal-unknown-next = Ihre Monate finden Sie auf der ersten Seite.
portal-empty = Noch ist kein Monat für Sie ausgestellt
portal-empty-next = Ihr erster Bericht erscheint hier, sobald er geprüft und freigegeben ist. Bei Fragen hilft Ihnen Ihre Kundenbetreuung gern.
portal-month-missing = Für { $month } ist Ihnen noch nichts ausgestellt
portal-no-credit = Keine Gutschrift
portal-credit = Gutschrift { $amount }
portal-promises = Zugesagt und erreicht
portal-promised = Zugesagt
portal-verdict-met = Wir haben in diesem Monat alles gehalten, was wir Ihnen zugesagt haben.
portal-verdict-breached = In diesem Monat haben wir nicht alles erreicht, was wir Ihnen zugesagt haben. Was Ihnen dafür zusteht, steht unten.
portal-verdict-undecidable = Für einen Teil dieses Monats fehlen Messwerte. Der Bericht erklärt, was das bedeutet.

## Entwürfe und Ansichten

draft-thrown = Ihr Entwurf wurde verworfen.
table-view-rename = „{ $name }“ umbenennen

## Nachweise

room-evidence = Nachweise
evidence-purpose = Worauf jede Zahl beruht: was welche Quelle gefragt wurde und ob die Dateien unverändert sind
evidence-views = Ansichten der Nachweise
evidence-view-list = Dateien
evidence-view-calendar = Kalender
evidence-with = Nur mit
evidence-with-gaps = Zeit ohne Nachweis
evidence-with-warnings = Warnungen oder Auffälligkeiten
evidence-with-damage = Beschädigten Dateien
evidence-none = Keine Nachweise für { $month }
evidence-none-at-all = Es gibt noch keine Nachweise
evidence-uses = Was darauf beruht
evidence-complete = ohne Lücke
evidence-incomplete = { $unknown } von { $service } ohne Nachweis
column-slices = Abschnitte
column-warnings = Warnungen
column-file = Datei
file-sound = Unverändert
file-missing = Fehlt
file-altered = Verändert
file-unreadable = Nicht lesbar
file-not-known = Nicht geprüft
file-what-sound = Ihre Bytes wurden gerade gelesen und haben die festgehaltene Prüfsumme.
file-what-missing = Die Datei liegt nicht im Ordner der Nachweise. Holen Sie sie aus einer Sicherung zurück oder schließen Sie den Monat noch einmal ab.
file-what-altered = Die Bytes der Datei sind nicht die festgehaltenen. Holen Sie sie aus einer Sicherung zurück; was jetzt dort liegt, bleibt unberührt.
file-what-unreadable = Die Datei ist da, kann aber nicht gelesen werden. Berechtigungen und Datenträger sind zu prüfen.
file-what-not-known = Dieses Programm wurde ohne Ordner für Nachweise gestartet.
calendar-title = Nachweise für { $month }, Tag für Tag
calendar-what = Was von jedem Tag festgehalten ist. Ein Monat, der noch nicht abgeschlossen wurde, ist noch nicht abgefragt: bis dahin weiß es niemand.
calendar-empty = Im { $month } ist kein Vertrag in Kraft
calendar-empty-next = Wählen Sie einen anderen Monat oder Kunden.
calendar-only-gaps = Nur mit Lücken
calendar-no-gaps = Keine Lücken
calendar-no-gaps-next = Von allem, was hier gezeigt wird, ist jeder Tag vorhanden.
calendar-show = Als Kalender zeigen
calendar-days = Tage mit Lücken
calendar-count = { $count ->
    [one] { $count } Tag
   *[other] { $count } Tage
}
calendar-without = { $duration } ohne Nachweis
calendar-open = nicht abgeschlossen
calendar-more = Weitere Verträge zeigen
day-evidence-there = Vorhanden
day-evidence-partial = Teilweise
day-evidence-missing = Fehlt
day-evidence-unknown = Noch nicht abgefragt
day-evidence-not-due = Nichts zugesagt

## Versiegelte Monate

bundle-of = { $tenant }, Vertrag { $contract }, { $month }, Revision { $revision }, versiegelt von SLA Desk { $program }
bundle-unread = Wovon dieses Paket ist, lässt sich nicht lesen.
bundle-check-seal-agrees = Siegel: Die Signatur ist gültig, und alle { $count } Dateien sind so, wie sie versiegelt wurden
bundle-check-seal-differs = Siegel: Das ist nicht, was versiegelt wurde
bundle-check-chain-agrees = Prüfkette: Der Eintrag ist unversehrt und nennt genau diesen Datensatz
bundle-check-chain-differs = Prüfkette: Der Eintrag gehört nicht zu diesem Datensatz
bundle-check-chain-not-checked = Prüfkette: nicht geprüft
bundle-check-figures-agrees =
    Zahlen: aus { $count ->
        [one] { $count } Nachweis
       *[other] { $count } Nachweisen
    } neu berechnet, und jede ist die des Berichts
bundle-check-figures-differs = Zahlen: Aus den Nachweisen neu berechnet, sind es nicht die des Berichts
bundle-check-figures-not-checked = Zahlen: nicht neu berechnet
bundle-check-documents-agrees = Dokumente: neu erstellt, und alle { $count } stimmen Byte für Byte überein
bundle-check-documents-differs = Dokumente: Neu erstellt, stimmen sie nicht Byte für Byte überein
bundle-check-documents-not-checked = Dokumente: nicht neu erstellt
bundle-key-given = Signiert mit dem Schlüssel { $key }, den Sie angegeben haben.
bundle-key-inside = Signiert mit dem Schlüssel { $key }, der im Paket liegt. Wem er gehört, hat niemand geprüft: Vergleichen Sie ihn mit dem Schlüssel, den der Anbieter bekannt gegeben hat, oder geben Sie jenen mit --key an.
bundle-chain-head = Beim Versiegeln endete die Prüfkette bei { $head }.
bundle-earlier = { $count ->
    [one] { $count } früherer Monat gilt
   *[other] { $count } frühere Monate gelten
} so, wie das Paket es angibt; Beweis sind die Pakete jener Monate.
bundle-agrees = Alles stimmt überein.
bundle-differs = Nicht alles stimmt überein. Verlassen Sie sich auf nichts darin, solange nicht erklärt ist, warum.
bundle-flaw-too-large = Es hat { $bytes } Bytes; ein Paket hat höchstens { $most }.
bundle-flaw-too-many-files = Es enthält mehr als { $most } Dateien.
bundle-flaw-no-archive = Es ist kein Archiv dieses Programms, oder so beschädigt, dass sich seine Dateien nicht unterscheiden lassen.
bundle-flaw-unsafe-name = { $file }: Dieser Name führt aus dem Archiv hinaus oder ist kein Dateiname.
bundle-flaw-twice = { $file } ist zweimal enthalten.
bundle-flaw-disordered = { $file } steht nicht an seinem Platz.
bundle-flaw-two-names = { $file } heißt im Verzeichnis des Archivs { $other }.
bundle-flaw-compressed = { $file } ist komprimiert und soll { $bytes } Bytes ergeben; ein Paket enthält seine Dateien, wie sie sind. Die Datei wurde nicht entpackt.
bundle-flaw-link = { $file } ist ein Verweis auf einen anderen Ort. Ihm wurde nicht gefolgt.
bundle-flaw-record = { $file }: Was das Archiv über diese Datei festhält, wurde geändert oder stammt von einem anderen Programm.
bundle-flaw-end = Das Ende des Archivs wurde geändert, oder es steht etwas dahinter.
bundle-flaw-altered = { $file } wurde verändert.
bundle-flaw-missing = { $file } fehlt.
bundle-flaw-unknown = { $file } wurde hinzugefügt: Nichts Signiertes nennt diese Datei.
bundle-flaw-unreadable = { $file } lässt sich nicht lesen: { $reason }
bundle-flaw-signature = { $file }: Das ist nicht die Signatur des Schlüssels über das Verzeichnis der Dateien.
bundle-flaw-other-key = Es wurde mit dem Schlüssel { $signed_by } signiert, nicht mit { $expected }, den Sie angegeben haben. Fragen Sie den Anbieter, welcher der seine ist.
bundle-flaw-chain-entry = Der Eintrag hat nicht den Hash, der bei ihm steht, oder gehört zu einem anderen Monat.
bundle-flaw-chain-record = Der Eintrag nennt den Datensatz { $noted }; im Paket liegt { $found }.
bundle-flaw-not-computed = Sie lassen sich nicht neu berechnen: { $reason }
bundle-flaw-figures = Der Datensatz des Berichts ist { $noted }; aus den Nachweisen berechnet ist es { $found }.
bundle-flaw-not-drawn = Sie lassen sich nicht neu erstellen: { $reason }
bundle-flaw-document = { $file } hat andere Bytes, wenn dieses Programm sie erstellt; die versiegelte Datei ist unverändert und stammt von SLA Desk { $program }.

## Eine Uhr, die falsch geht, ein Datenträger, der voll ist

clock-ahead = Die Uhr dieses Rechners geht gegenüber der des Servers um { $difference } vor. Tage und Fristen werden nach der Uhr des Servers gezählt; stellen Sie die Uhr dieses Rechners richtig.
clock-behind = Die Uhr dieses Rechners geht gegenüber der des Servers um { $difference } nach. Tage und Fristen werden nach der Uhr des Servers gezählt; stellen Sie die Uhr dieses Rechners richtig.
problem-disk = Der Datenträger ist voll
problem-disk-next = Es wurde nichts festgehalten. Schaffen Sie Platz auf dem Rechner, auf dem SLA Desk läuft, und versuchen Sie es erneut.

## Abrechnung

statement-open = Abrechnung zeigen
statement-close = Abrechnung schließen
statement = Abrechnung der Gutschriften, { $month }
statement-what = Jede Gutschrift des Monats mit Spanne, Entscheidung und Freigabe, dazu Vergütung, Buchungen und Obergrenzen.
document-statement-json = Abrechnung für Programme
document-statement-csv = Gutschriften als Tabelle, mit allen, die entschieden und freigegeben haben
document-statement-xlsx = Arbeitsmappe mit Summen, Monaten, Gutschriften, Buchungen und Obergrenzen

## Versiegelte Monate im Fenster

evidence-view-sealed = Versiegelten Monat prüfen
verify-bundle = Versiegelten Monat prüfen
verify-what = Wählen Sie das Paket (.zip), das Sie bekommen haben. Geprüft werden Siegel und Prüfkette, alle Zahlen werden aus den Nachweisen neu berechnet und alle Dokumente neu erstellt. Nichts davon wird behalten.
verify-file = Paket wählen …
verify-none = Noch kein Paket gewählt
verify-no-file = Wählen Sie zuerst ein Paket.
verify-key = Öffentlicher Schlüssel des Anbieters (freiwillig)
verify-key-hint = Die Zeile, die in seiner Datei .pub steht und mit RW beginnt. Ohne sie ist nicht geprüft, von wem das Paket ist.
verify-run = Paket prüfen
verify-busy = Das Paket wird geprüft: Seine Zahlen werden neu berechnet und seine Dokumente neu erstellt. Das kann eine Minute dauern.
verify-too-large = Das Paket hat { $size }; hier lassen sich höchstens { $most } prüfen. Es wurde nicht gesendet.
verify-no-key = Von wem dieses Paket ist, wurde nicht geprüft
verify-no-key-what = Es ist mit dem Schlüssel { $key } signiert, der im Paket selbst liegt. Ein solcher Schlüssel zeigt höchstens, dass nach dem Versiegeln nichts verändert wurde, aber nicht, wer versiegelt hat: Auch eine Fälschung brächte ihren eigenen Schlüssel mit.
verify-no-key-next = Tragen Sie oben den öffentlichen Schlüssel ein, den der Anbieter auf einem anderen Weg bekannt gegeben hat, etwa auf seiner Website oder im Vertrag, und prüfen Sie erneut.
seal-agrees = Stimmt überein
seal-differs = Weicht ab
seal-not-checked = Nicht geprüft
sealed = Versiegelter Monat
sealed-what = Eine signierte Datei mit Dokumenten, Vertrag, Ausnahmen, Nachweisen und dem Eintrag der Prüfkette. Wer sie bekommt, kann jede Zahl ohne Zugang zu diesem System neu berechnen.
sealed-download = Versiegeltes Paket herunterladen
sealed-busy = Der Monat wird versiegelt: Seine Zahlen werden neu berechnet und seine Dokumente neu erstellt. Das kann eine Minute dauern.
sealed-done = { $file } ist fertig. Geprüft wird das Paket mit „sla verify“ oder in SLA Desk unter Nachweise. Geben Sie den öffentlichen Schlüssel auf einem anderen Weg bekannt als mit dem Paket: An ihm ist zu erkennen, dass der Monat von Ihnen kommt.
problem-no-key = Dieses System hat keinen Schlüssel zum Versiegeln
problem-no-key-next = Ein versiegelter Monat ist signiert, damit geprüft werden kann, von wem er kommt; ohne Schlüssel wird nichts signiert und nichts herausgegeben. Wer dieses System betreibt, legt mit „sla key new“ einen an und startet mit „sla serve --seal-key DATEI“. Auf der Kommandozeile versiegelt „sla month bundle --key DATEI“ sofort. Im Fenster legt man ihn unter Einstellungen, Siegel an.
problem-no-public-key = Das ist kein öffentlicher Schlüssel von minisign
problem-no-public-key-next = Tragen Sie die Zeile aus der Datei .pub des Anbieters ein: 56 Zeichen, die mit RW beginnen. Weder die Kennung des Schlüssels noch der geheime Schlüssel ist es. Wenn Sie den öffentlichen Schlüssel nicht haben, lassen Sie das Feld leer.
api-words = Meldung der Schnittstelle (englisch)
problem-bundle-large = Das Paket ist zu groß, um es hier zu prüfen
problem-bundle-large-next = Prüfen Sie es auf der Kommandozeile mit „sla verify“.

letters = Schreiben
letters-of = Schreiben an { $name }
letters-other = Weitere Schreiben
letters-other-what = Entwürfe zum Lesen und selbst Versenden; das Programm verschickt nichts.
letter-kind-breach = Mitteilung über ein verbrauchtes Fehlerbudget
letter-kind-credit = Ankündigung der Gutschrift
letter-kind-restatement = Mitteilung über die Neuberechnung
letter-kind-maintenance = Ankündigung von Wartungsarbeiten
letter-kind-year = Dank für ein eingehaltenes Jahr
occasion-no-breach = Kein Fehlerbudget ist verbraucht.
occasion-not-looked = Noch hat niemand nachgesehen, wie der laufende Monat steht.
occasion-not-approved = Der Monat ist noch nicht freigegeben.
occasion-no-credit = Aus dem Monat folgt keine Gutschrift.
occasion-first-revision = Der Monat wurde nicht neu berechnet.
occasion-not-issued-before = Von diesem Monat wurde zuvor nichts versandt; das Anschreiben sagt alles.
occasion-no-maintenance = In diesem Monat stehen keine Wartungsarbeiten mehr bevor.
occasion-months-missing = Es sind noch keine zwölf Monate in Folge abgeschlossen.
occasion-not-kept = Nicht jede Zusage wurde zwölf Monate lang eingehalten.
occasion-gone = Der Kunde steht nicht mehr im Katalog; niemand weiß, an wen zu schreiben ist.
occasion-contract = Beim letzten Nachsehen kam dieser Vertrag nicht vor.
occasion-nothing-in-force = Der Vertrag gilt in diesem Monat nicht.
document-statement-pdf = Abrechnung zum Lesen und Ablegen
governance = Revisionsübersicht, { $month }
governance-what = Wer die Monate abgeschlossen, freigegeben und versandt hat, worauf sie beruhen, was ausgenommen ist, und wo die Prüfkette endet. Beträge enthält sie nicht.
governance-open = Revisionsübersicht zeigen
governance-close = Revisionsübersicht schließen
document-governance-json = Übersicht für Programme
document-governance-csv = Übersicht als Tabelle, eine Zeile je Vertrag
document-governance-pdf = Übersicht zum Lesen und Ablegen
portfolio = Alle Kunden, { $month }
portfolio-what = Der Monat über alle Kunden, wie ihn Programme lesen: Zusagen mit Ergebnis und Betrag, und für den Betrieb Ausfälle und Nachweise. Er nennt die letzte Revision jedes Vertrags.
portfolio-open = Auswertungen zeigen
portfolio-close = Auswertungen schließen
document-portfolio-csv = Zusagen aller Kunden als Tabelle
document-portfolio-json = Zusagen aller Kunden für Programme
document-portfolio-parquet = Zusagen aller Kunden für Auswertungsprogramme, mit Zahlen als Zahlen
document-operations-csv = Für den Betrieb, ohne Beträge, als Tabelle
document-operations-json = Für den Betrieb, ohne Beträge, für Programme
file-none = Noch keine Datei gewählt
file-drop = oder hierher ziehen
settings-seal = Siegel
seal-key = Schlüssel zum Versiegeln
seal-key-what = Mit ihm versiegelt dieser Rechner Monate. Er liegt im Schlüsselbund des Systems und verlässt ihn nicht. Wer ein Paket prüft, braucht den öffentlichen Schlüssel; geben Sie ihn auf einem anderen Weg weiter als das Paket.
seal-key-none = Dieser Rechner hat noch keinen Schlüssel.
seal-key-id = Kennung
seal-key-public = Öffentlicher Schlüssel
seal-key-save = Öffentlichen Schlüssel sichern
seal-key-make = Schlüssel anlegen
seal-key-bring = Einen vorhandenen Schlüssel übernehmen
seal-key-bring-what = Eine Datei von „sla key new“ oder minisign, mit ihrer Passphrase. Die Datei bleibt, wie sie ist.
seal-key-file = Schlüsseldatei wählen
seal-key-no-file = Wählen Sie die Datei mit dem geheimen Schlüssel.
seal-key-passphrase = Passphrase
seal-key-take = Schlüssel übernehmen
seal-key-forget = Schlüssel entfernen
seal-key-forget-what = Der Schlüssel wird aus dem Schlüsselbund gelöscht und ist dann verloren, wenn er nirgends sonst liegt. Pakete, die mit ihm versiegelt sind, bleiben prüfbar.
seal-key-forget-now = Endgültig entfernen
settings-secrets = Zugangsdaten
source-secrets = Zugangsdaten der Datenquellen
source-secrets-what = Token, Passwörter und Adressen, die Datenquellen unter einem Namen verlangen. Sie liegen im Schlüsselbund dieses Rechners und werden nie angezeigt. Steht eine Umgebungsvariable gleichen Namens bereit, so gilt sie.
source-secrets-none = Keine Datenquelle verlangt Zugangsdaten
source-secrets-none-next = Eine Quelle nennt sie unter bearerTokenEnv, passwordEnv oder urlEnv.
source-secrets-name = Name
source-secrets-sources = Datenquellen
source-secrets-place = Wo sie stehen
secret-environment = In der Umgebung
secret-keychain = Im Schlüsselbund
secret-nowhere = Nirgends
secret-locked = Schlüsselbund antwortet nicht
source-secrets-keep = Hinterlegen
source-secrets-replace = Ersetzen
source-secrets-keep-of = { $name } hinterlegen
source-secrets-secret = Token, Passwort oder Adresse
source-secrets-secret-what = Für { $sources }. Was vorher hinterlegt war, wird ersetzt.
source-secrets-keep-now = Im Schlüsselbund hinterlegen
source-secrets-forget = Entfernen
source-secrets-forget-of = { $name } entfernen
source-secrets-forget-what = Der Eintrag wird aus dem Schlüsselbund gelöscht. Die Datenquellen, die ihn verlangen, lassen sich danach nicht mehr abfragen.
source-secrets-forget-now = Endgültig entfernen
## Warum eine Quelle keine Zahlen gibt und eine Änderung sich nicht berechnen lässt

source-problem-silent = Die Datenquelle antwortet nicht
source-problem-silent-next = Prüfen Sie, ob der Server läuft und unter dieser Adresse zu erreichen ist.
source-problem-certificate = Das Zertifikat der Datenquelle lässt sich nicht prüfen
source-problem-certificate-next = Nennen Sie die Stelle, die es ausgestellt hat, oder erneuern Sie das Zertifikat.
source-problem-credentials = Die Zugangsdaten der Datenquelle fehlen oder werden nicht angenommen
source-problem-credentials-next = Prüfen Sie Token oder Benutzer und Passwort dieser Quelle und ob sie im Schlüsselbund (Einstellungen, Zugangsdaten) oder in der Umgebung stehen.
source-problem-address = Unter dieser Adresse antwortet kein Prometheus
source-problem-address-next = Prüfen Sie die Adresse: Vielleicht fehlt ein Pfad wie /prometheus, oder eine Anmeldeseite steht davor.
source-problem-query = Die Abfrage ergibt nicht, was gebraucht wird
source-problem-query-next = Sie muss genau eine Reihe von Zahlen ergeben. Prüfen Sie Schreibweise und Labels, und fassen Sie mehrere Reihen mit sum() zusammen.
source-problem-replicas = Die Server, die dieselben Ziele lesen, lassen sich nicht unterscheiden
source-problem-replicas-next = Jede Zeitreihe muss das Label haben, das replicaLabel der Datenquelle nennt, mit einem Wert je Server. Prüfen Sie den Namen, oder lassen Sie replicaLabel weg.
source-problem-selectors = Es ist nicht zu erkennen, welche Zeitreihen die Abfrage liest
source-problem-selectors-next = Schreiben Sie die Auswahl als name{"{"}label="wert"{"}"}, oder verwenden Sie dafür eine Datenquelle ohne replicaLabel.
source-problem-beats = Die Zeilen sind keine Lebenszeichen dieses Ziels
source-problem-beats-next = Die Abfrage muss das Ziel unter dem Namen ergeben, den die Messung nennt, und nur, was nach $from und nicht nach $to liegt. Prüfen Sie Ziel und Bedingung.
source-problem-many-beats = Es sind mehr Lebenszeichen, als auf einmal ausgewertet werden
source-problem-many-beats-next = Lesen Sie nur die des einen Ziels: bei Zeitreihen mit seinem Namen unter den Labels, bei einer Abfrage mit einer Bedingung.
source-problem-currency = Die Kosten stehen in einer anderen Währung als der Vertrag
source-problem-currency-next = Umgerechnet wird nichts. Wählen Sie in where die Kosten einer Währung, oder vereinbaren Sie Grenze oder Budget in der Währung der Datei.
source-problem-merged = Der Server legt die Zeitreihen mehrerer Server zusammen
source-problem-merged-next = Tragen Sie das Label, das die Meldung nennt, als replicaLabel der Datenquelle ein. Dann wird jeder Server für sich gelesen, und gezählt wird, wer mehr weiß.
source-problem-probes = Die Zeitreihen sind keine Lebenszeichen dieses Ziels
source-problem-probes-next = Jeder Messwert muss 1 oder 0 sein, jede Zeitreihe muss die Labels haben, die die Messung nennt, und je Probe und Ziel darf es nur eine geben. Prüfen Sie Auswahl und Labels.
source-problem-nothing = Für diesen Zeitraum gibt es keine Zahlen
source-problem-nothing-next = Prüfen Sie Namen und Labels der Metrik und wie lange der Server Daten aufbewahrt.
source-problem-much = Die Antwort ist zu groß oder dauert zu lange
source-problem-much-next = Fassen Sie die Reihen mit sum() zusammen oder nehmen Sie längere Abschnitte.
source-problem-file = Die Messdatei kann nicht gelesen werden
source-problem-file-next = Sehen Sie nach, ob sie dort liegt, wo das Dokument es sagt, ob sie vollständig ist und die erwarteten Spalten hat.
source-problem-database = Die Adresse der Datenbank ist nicht zu gebrauchen
source-problem-database-next = Was urlEnv nennt, Umgebungsvariable oder Eintrag des Schlüsselbunds, muss eine Adresse wie postgres://user:password@host/database enthalten. Ein Server, der nicht auf diesem Rechner läuft, muss immer sein Zertifikat zeigen.
source-problem-writes = Die Abfrage würde etwas ändern
source-problem-writes-next = Aus einer Quelle wird nur gelesen. Schreiben Sie eine Abfrage, die mit select beginnt und nichts aufruft, das schreibt.
source-problem-slow = Die Datenbank braucht zu lange
source-problem-slow-next = Grenzen Sie die Abfrage ein, legen Sie einen Index auf Zeit und Kunde an, oder erhöhen Sie timeoutSeconds.
source-problem-rows = Die Abfrage ergibt keine Zeilen für diesen Zeitraum
source-problem-rows-next = Prüfen Sie die Bedingung für den Kunden und ob es Zeilen für diesen Zeitraum gibt.
source-problem-statement = Die Abfrage ergibt keine Abschnitte
source-problem-statement-next = Sie muss die Spalten t, good und total oder t und value ergeben, mit einer Zeile je Abschnitt des Zeitraums.
source-problem-not-entered = Dateien werden nur gelesen und Datenbanken nur gefragt, wenn das Dokument eingetragen ist
source-problem-not-entered-next = Speichern Sie zuerst das Dokument und prüfen Sie die Quelle dann erneut.
source-problem-other = Die Datenquelle gibt nicht die nötigen Zahlen
effect-problem-not-in-force = So, wie der Vertrag hier steht, gilt er in diesem Monat nicht
effect-problem-not-in-force-next = Prüfen Sie, wann er beginnt und endet.
effect-problem-not-recorded = Die Änderung fragt nach Messwerten, die für diesen Monat nicht festgehalten sind
effect-problem-not-recorded-next = Würde der Monat erneut abgeschlossen, würde die Quelle danach gefragt.
effect-problem-evidence = Die Nachweise dieses Monats fehlen oder lassen sich nicht lesen
effect-problem-evidence-next = Holen Sie sie aus einer Sicherung zurück.
effect-problem-contract = So, wie der Vertrag hier steht, lässt er sich nicht berechnen
effect-problem-contract-next = Was fehlt, sagt die Meldung.
effect-problem-other = Dieser Monat lässt sich mit der Änderung nicht berechnen

## Was die Schnittstelle ablehnt, nach dem Code, den sie nennt

problem-code-workflow-not-theirs = Dieser Antrag ist von jemand anderem
problem-code-workflow-not-theirs-next = Nur wer ihn gestellt hat, kann ihn zurücknehmen. Sprechen Sie die Person an.
problem-code-workflow-no-reason = Es fehlt eine Begründung
problem-code-workflow-no-reason-next = Schreiben Sie, warum; es bleibt festgehalten.
problem-code-workflow-outside-range = Der Betrag liegt außerhalb dessen, was der Monat schuldet
problem-code-workflow-outside-range-next = Wählen Sie einen Betrag innerhalb der angezeigten Spanne.
problem-code-workflow-undecided = Der Betrag ist noch nicht festgelegt
problem-code-workflow-undecided-next = Legen Sie ihn zuerst fest; danach kann er freigegeben werden.
problem-code-workflow-above-total = Die Gutschriften kämen auf mehr, als der Monat schuldet
problem-code-workflow-above-total-next = Verringern Sie diesen Betrag oder einen anderen des Monats.
problem-code-workflow-with-month = Diesen Schritt geht eine Gutschrift nicht allein
problem-code-workflow-with-month-next = Gehen Sie ihn mit dem Monat; seine Gutschriften gehen mit.
problem-code-workflow-letter-sent = Der Brief dieses Monats ist versandt
problem-code-workflow-letter-sent-next = Was versandt ist, bleibt, wie es ist. Berechnen Sie den Monat neu, um einen anderen Brief zu schreiben.
problem-code-workflow-credits-open = Gutschriften dieses Monats sind noch offen
problem-code-workflow-credits-open-next = Geben Sie sie zuerst frei oder lehnen Sie sie ab; die Meldung nennt sie.
problem-code-access-above-limit = Das ist mehr, als Ihre Rolle freigeben darf
problem-code-access-above-limit-next = Bitten Sie jemanden mit einer höheren Grenze; die Meldung nennt die Ihre.
problem-code-access-not-all-tenants = Das betrifft alle Kunden, und nicht alle sind Ihnen zugeordnet
problem-code-access-not-all-tenants-next = Bitten Sie jemanden, dem alle Kunden zugeordnet sind.
problem-code-access-last-admin = Dann könnte niemand mehr Rechte vergeben
problem-code-access-last-admin-next = Geben Sie zuerst einem anderen Konto die Rolle der Administration.
problem-code-access-viewer-of-all = Die Ansicht für Kunden braucht die Kunden, für die sie ist
problem-code-access-viewer-of-all-next = Wählen Sie einen oder mehrere aus.
problem-code-access-identity-taken = Mit dieser Identität meldet sich schon ein anderes Konto an
problem-code-access-identity-taken-next = Eine Identität gehört zu einem Konto; die Meldung nennt es.
problem-code-access-code = Das ist nicht der Code, den die App zeigen müsste
problem-code-access-code-next = Geben Sie ihre sechs Ziffern ein und prüfen Sie, ob die Uhr des Geräts richtig geht.
problem-code-access-totp-set = Eine Authentifizierungs-App ist schon eingerichtet
problem-code-access-totp-set-next = Entfernen Sie sie zuerst.
problem-code-access-no-totp = Das Einrichten der App hat zu lange gedauert
problem-code-access-no-totp-next = Beginnen Sie von vorn.
problem-code-access-password = Dieses Passwort wird nicht angenommen
problem-code-access-password-next = Wählen Sie eines mit mindestens 12 Zeichen, das weder der Name des Kontos noch leicht zu erraten ist.
problem-code-access-openid = Die Anmeldung bei Ihrer Organisation wurde nicht angenommen
problem-code-access-openid-next = Sie hat zu lange gedauert, wurde schon benutzt oder führt zu keinem Konto. Beginnen Sie von vorn oder fragen Sie die Administration.
problem-code-access-provider = Die Anmeldung Ihrer Organisation antwortet gerade nicht
problem-code-access-provider-next = Versuchen Sie es erneut oder melden Sie sich mit einem Passwort an.
problem-code-ledger-outcome-unknown = Noch weiß niemand, ob das festgehalten wurde
problem-code-ledger-outcome-unknown-next = Das Hauptbuch war währenddessen nicht mehr zu erreichen. Sehen Sie nach, sobald es wieder da ist, und wiederholen Sie es nur, wenn es dort fehlt.
problem-code-ledger-catalogue-moved = Der Katalog hat sich während der Prüfung geändert
problem-code-ledger-catalogue-moved-next = Es wurde nichts eingetragen. Versuchen Sie es erneut.
problem-code-ledger-read-only = Das Hauptbuch lässt sich nur lesen
problem-code-ledger-read-only-next = Wer dieses System betreibt, prüft die Rechte der Datei oder des Datenbankbenutzers.
problem-code-review-amount = Das ist kein Betrag dieser Währung
problem-code-review-amount-next = Prüfen Sie die Nachkommastellen.
problem-code-letter-no-letter = So lässt sich der Brief nicht drucken
problem-code-letter-no-letter-next = Die Meldung sagt, in welcher Zeile und warum.
problem-code-letter-too-long = Der Brief ist zu lang
problem-code-letter-too-long-next = Kürzen Sie ihn; was Sie geschrieben haben, ist noch da.
problem-code-restate-unchanged = Seit der letzten Revision hat sich nichts geändert
problem-code-restate-unchanged-next = Der Monat bleibt, wie er ist.
problem-code-job-ended = Das ist schon beendet
problem-code-job-ended-next = Sehen Sie sich das Ergebnis an.
problem-code-job-no-desk = Dieses System hat keinen Ordner für Dokumente und Nachweise
problem-code-job-no-desk-next = Wer es betreibt, startet es mit „sla serve --out ORDNER“.
problem-code-evidence-missing = Nachweise dieses Monats fehlen
problem-code-evidence-missing-next = Holen Sie sie aus einer Sicherung zurück oder schließen Sie den Monat erneut ab.
problem-code-evidence-altered = Nachweise dieses Monats wurden verändert
problem-code-evidence-altered-next = Holen Sie sie aus einer Sicherung zurück; was jetzt dort liegt, beweist nichts.
problem-code-bundle-otherwise = Der Monat lässt sich nicht versiegeln: Was vorliegt, ergibt ihn nicht noch einmal
problem-code-bundle-otherwise-next = Ein solches Paket könnte niemand prüfen. Wer dieses System betreibt, nennt den Katalog und die Vorlagen, mit denen der Monat abgeschlossen wurde.
problem-code-catalogue-another = Der Text ist ein anderes Dokument als das geöffnete
problem-code-catalogue-another-next = Art und Name bleiben, wie sie sind. Tragen Sie ein anderes Dokument als neues ein.
problem-code-request-too-long = Der Text ist zu lang
problem-code-request-too-long-next = Angenommen wird höchstens ein Mebibyte.
problem-code-catalogue-unsound = Der Katalog hat Mängel
problem-code-catalogue-unsound-next = Sie stehen unten, mit Datei und Zeile.
problem-code-catalogue-nowhere = Es gibt noch keinen Katalog
problem-code-catalogue-nowhere-next = Tragen Sie unter Katalog das erste Dokument ein; wer dieses System betreibt, kann auch einen Ordner nennen.
problem-code-catalogue-empty = Im Ordner des Katalogs liegt kein Katalog
problem-code-catalogue-empty-next = Er braucht mindestens eine Datei, die auf .yaml oder .yml endet.
problem-code-catalogue-unreadable = Der Katalog lässt sich nicht lesen
problem-code-catalogue-unreadable-next = Wer dieses System betreibt, prüft den Ordner und seine Rechte; die Meldung nennt die Datei.
problem-code-ledger-newer = Das Hauptbuch stammt von einer neueren Version von SLA Desk
problem-code-ledger-newer-next = Verwenden Sie diese Version. Das Hauptbuch blieb, wie es ist.
problem-code-ledger-not-a-ledger = Das ist kein Hauptbuch von SLA Desk
problem-code-ledger-not-a-ledger-next = Wählen Sie einen anderen Ort; was dort liegt, blieb, wie es ist.
problem-code-ledger-address = Das ist keine Adresse eines Hauptbuchs
problem-code-ledger-address-next = Sie sieht so aus: postgres://BENUTZER:PASSWORT@SERVER/DATENBANK.
problem-code-desk-folder = Das ist kein vollständiger Pfad
problem-code-desk-folder-next = Nennen Sie den Ordner von der Wurzel an, etwa /home/anna/sla-desk.
problem-code-desk-settings = Die Datei, die diesen Arbeitsplatz festhält, lässt sich nicht lesen oder schreiben
problem-code-desk-settings-next = Die Meldung nennt sie. Bringen Sie sie in Ordnung oder entfernen Sie sie und starten Sie dann neu.
problem-code-desk-named = Dieser Arbeitsplatz wurde beim Start des Programms genannt
problem-code-desk-named-next = Starten Sie es ohne diese Angabe, um einen anderen zu wählen.
problem-code-keychain-refused = Der Schlüsselbund des Systems antwortet nicht
problem-code-keychain-refused-next = Entsperren Sie ihn und versuchen Sie es noch einmal. Ohne Schlüsselbund versiegelt „sla month bundle“ mit einem Schlüssel in einer Datei, und Zugangsdaten der Quellen stehen in der Umgebung.
problem-code-keychain-no-entry = Der Schlüsselbund hat keinen solchen Eintrag
problem-code-keychain-no-entry-next = Hinterlegen Sie ihn unter Einstellungen, oder prüfen Sie den Namen.
problem-code-secret-not-named = Keine Datenquelle verlangt diese Zugangsdaten mehr
problem-code-secret-not-named-next = Die Liste ist veraltet; öffnen Sie die Seite neu.
problem-code-secret-empty = Es wurde nichts eingegeben
problem-code-secret-empty-next = Geben Sie Token, Passwort oder Adresse ein.
problem-code-keychain-taken = Dieser Rechner hat schon einen Schlüssel
problem-code-keychain-taken-next = Was mit ihm versiegelt ist, wird mit ihm geprüft. Entfernen Sie ihn erst, wenn Sie das wollen.
problem-code-key-passphrase = Die Passphrase passt nicht zum Schlüssel
problem-code-key-passphrase-next = Prüfen Sie die Passphrase; wenn sie stimmt, ist die Datei beschädigt.
problem-code-key-no-secret = Das ist kein geheimer Schlüssel
problem-code-key-no-secret-next = Wählen Sie die Datei, die „sla key new“ oder „minisign -G“ angelegt hat, und nicht die mit der Endung .pub.
problem-code-key-bare = Der Schlüssel ist nicht mit einer Passphrase geschützt
problem-code-key-bare-next = „minisign -C“ gibt ihm eine.

# Vorlagen
room-templates = Vorlagen
templates-purpose = Wortlaut und Aussehen der Berichte und Briefe, mit Vorschau an einem erfundenen Monat
template-files = Vorlagen
template-group-letter = Briefe
template-group-report = Berichte und Übersichten
template-group-look = Aussehen
template-group-words = Wörter
template-letter-met = Anschreiben: alles eingehalten
template-letter-breached = Anschreiben: Zusage verfehlt
template-letter-undecidable = Anschreiben: nicht entscheidbar
template-letter-head = Kopf der übrigen Briefe
template-letter-breach = Fehlerbudget verbraucht
template-letter-credit = Ankündigung der Gutschrift
template-letter-restatement = Neuberechnung eines Monats
template-letter-maintenance = Ankündigung von Wartungsarbeiten
template-letter-year = Ein Jahr eingehalten
template-settlement = Abschnitt über das Entschiedene
template-report = Monatsbericht
template-statement = Aufstellung für die Buchhaltung
template-governance = Übersicht für die Governance
template-words = Wörter der Dokumente
template-workbook = Wörter der Arbeitsmappe
template-theme = Absender, Farben und Schriften
template-theme-tenant = Aussehen für einen Kunden
template-own = eigene Fassung
template-builtin = mitgelieferte Fassung
template-new = noch nicht gespeichert
template-open = öffnen
template-changed = zuletzt geändert von { $who }, { $at }
template-text = Text von { $name }
template-sound = Keine Fehler: Alle Dokumente lassen sich damit zeichnen.
template-document = Dokument
template-language = Sprache
template-verdict = Ergebnis des Monats
template-for = Für
template-for-all = alle Kunden
template-preview = Vorschau: { $name }
template-drawing = Die Vorschau wird gezeichnet …
template-last-page = Die Vorschau zeigt den letzten Stand ohne Fehler.
template-no-page = Eine Vorschau gibt es, sobald die Fehler behoben sind.
template-saved = Gespeichert. Ab jetzt werden alle Dokumente damit gezeichnet; was schon ausgegeben ist, bleibt, wie es ist.
template-reset = Zurücksetzen
template-reset-title = „{ $name }“ zurücksetzen?
template-reset-what = Ihre Fassung wird gelöscht, und die mitgelieferte gilt wieder. Der Prüfpfad hält fest, wer das wann getan hat; den Text bewahrt er nicht auf.
template-remove = Entfernen
template-remove-title = „{ $name }“ entfernen?
template-remove-what = Die Datei wird gelöscht. Solange ein Aussehen sie nennt, wird das abgelehnt.
template-add = Hinzufügen
template-add-what = Ein Logo, oder ein eigenes Aussehen für die Dokumente eines Kunden.
template-add-kind = Was
template-add-logo = Logo
template-add-theme = Aussehen für einen Kunden
template-add-begin = Beginnen
template-add-save = Hochladen
template-no-customer = Es gibt keinen Kunden, für den Sie etwas hinzufügen können.
template-logo-choose = Logo wählen
template-logo-none = Wählen Sie zuerst eine Datei.
template-logo-kind = Ein Logo ist eine Datei mit der Endung .png oder .svg.
template-logo-large = Die Datei ist zu groß; ein Logo hat höchstens { $most }.
template-logo-there = Ein Logo mit diesem Namen gibt es schon; es wird ersetzt.
template-logo-how = PNG bis 2 MB, oder SVG bis 512 KB aus Pfaden und vollen Farben.
template-logo-use = Ein Logo erscheint, sobald das Aussehen es nennt:
template-logo-replace = Ersetzen
template-gone = Eine Vorlage „{ $name }“ gibt es nicht mehr.
templates-no-folder = Vorlagen lassen sich hier lesen, aber nicht ändern: Das Programm wurde ohne einen Ordner dafür gestartet (--templates ORDNER).
templates-not-yours = Ihr Konto darf diese Vorlage lesen, aber nicht ändern.
templates-choose = Wählen Sie links eine Vorlage
templates-help-files = Jede Vorlage gibt es auf Deutsch und auf Englisch. Ein Punkt zeigt, dass Sie eine eigene Fassung haben; alles andere ist mitgeliefert.
templates-help-fill = Was zwischen geschweiften Klammern steht, füllt das Programm aus. Sätze drum herum können Sie frei ändern; die Vorschau daneben zeigt das Ergebnis, während Sie schreiben.
templates-help-save = Gespeichert wird erst, wenn alle Dokumente sich damit zeichnen lassen. Fehler stehen an ihrer Zeile.
language-de = Deutsch
language-en = Englisch
may-templates-read = Vorlagen lesen
may-templates-write = Vorlagen ändern
action-template-changed = Vorlage geändert
action-template-reset = Vorlage zurückgesetzt
problem-code-templates-no-folder = Hier lassen sich keine Vorlagen speichern
problem-code-templates-no-folder-next = Starten Sie das Programm mit einem Ordner dafür: --templates ORDNER.
problem-code-templates-unsound = Damit hätten die Vorlagen Fehler
problem-code-templates-unsound-next = Es wurde nichts gespeichert. Beheben Sie die Fehler und speichern Sie dann.
problem-code-templates-too-large = Die Datei ist zu groß
problem-code-templates-too-large-next = Eine Vorlage und ein SVG haben höchstens 512 KB, ein PNG höchstens 2 MB.
problem-code-templates-name = So heißt keine Vorlage
problem-code-templates-name-next = Ein Logo ist eine Datei mit der Endung .png oder .svg und einem Namen ohne Schrägstriche.
problem-code-desk-templates = Die Vorlagen des Arbeitsplatzes haben Fehler
problem-code-desk-templates-next = Jemand hat sie außerhalb des Programms geändert. Beheben Sie den genannten Fehler in der Datei und öffnen Sie den Arbeitsplatz wieder.

## Tage, die vor dem Abschluss ihres Monats erfasst werden

evidence-view-days = Tägliche Erfassung
captured-what = Server vergessen ihre Messwerte, viele nach zwei Wochen. Was Tag für Tag erfasst wird, ist am Monatsersten vorhanden; dieser Kalender zeigt, welche Tage es sind.
captured-go = Welche Tage schon erfasst sind
captured-title = Erfasste Tage im { $month }
captured-empty = Im { $month } wird nichts Tag für Tag erfasst
captured-empty-next = Entweder ist dann kein Vertrag in Kraft, oder alle Zusagen werden aus Dateien gemessen; diese bleiben erhalten und werden beim Abschluss des Monats gelesen.
captured-of = { $days ->
    [one] { $complete } von { $over } Tag vorhanden
   *[other] { $complete } von { $over } Tagen vorhanden
}
captured-so-far = { $days ->
    [one] bisher { $complete } von { $over } Tag vorhanden
   *[other] bisher { $complete } von { $over } Tagen vorhanden
}
captured-day = { $customer }, { $promise }, { $day }
captured-zone = Tag in { $zone }
captured-versions = { $count ->
    [one] { $count } Fassung
   *[other] { $count } Fassungen
}
captured-counts = Diese zählt
captured-warned = Die Quelle hat gewarnt; ihre Worte stehen unten.
captured-evidence = Zeigen, was gefragt und vermerkt wurde
captured-nothing-noted = Die Quelle hat vor nichts gewarnt, und nichts ist aufgefallen.
captured-no-clock = Wann ein Tag erfasst wurde, wird nicht vermerkt: Nachweise enthalten keine Uhrzeit der Erfassung, damit gleiche Messwerte gleiche Dateien ergeben.
captured-means-there = Jeder Abschnitt dieses Tages ist vorhanden. Für den Abschluss des Monats wird der Server dafür nicht mehr gebraucht.
captured-means-partial = Einige Abschnitte dieses Tages sind unbekannt. Beim erneuten Erfassen wird der Tag noch einmal abgefragt; was vorhanden ist, bleibt, solange der Server nicht mehr weiß.
captured-means-unknown = Der Server hat geantwortet, kannte aber keinen Abschnitt dieses Tages. Prüfen Sie, ob damals gemessen wurde; beim erneuten Erfassen wird noch einmal gefragt.
captured-means-missing = Dieser Tag ist vorbei und wurde nicht erfasst. Erfassen Sie ihn, bevor der Server ihn vergisst.
captured-means-open = Dieser Tag ist noch nicht oder erst seit weniger als einer halben Stunde vorbei. Danach kann er erfasst werden.
captured-means-not-due = Die Zusage wird an diesem Tag nicht gemessen.
day-captured-there = Vorhanden
day-captured-partial = Teilweise
day-captured-unknown = Unbekannt
day-captured-missing = Fehlt
day-captured-open = Noch nicht vorbei
day-captured-not-due = Nichts zugesagt
capture-now = Jetzt erfassen
capture-now-what = Erfasst jeden Tag im { $month }, der vorbei und noch nicht mit allen Abschnitten vorhanden ist.
capture-of = Erfassung für { $month }
capture-underway = Es werden gerade Tage erfasst; das geschieht in einem Auftrag nach dem anderen.
capture-choose-first = Wählen Sie zuerst oben einen Ihrer Kunden.
capture-progress = { $done } von { $of } Abfragen fertig
capture-cancelled = Der Auftrag wurde abgebrochen. Bis dahin erfasste Tage sind vorhanden.
capture-interrupted = Das Programm wurde während der Erfassung beendet. Bis dahin erfasste Tage sind vorhanden; erfassen Sie die übrigen erneut.
capture-nothing-missing = Es hat nichts gefehlt.
capture-first = { $count ->
    [one] { $count } Abfrage erstmals erfasst
   *[other] { $count } Abfragen erstmals erfasst
}
capture-better = { $count ->
    [one] { $count } Abfrage ergab mehr als zuvor
   *[other] { $count } Abfragen ergaben mehr als zuvor
}
capture-same = { $count ->
    [one] { $count } Abfrage ergab nicht mehr als zuvor; was vorhanden war, bleibt
   *[other] { $count } Abfragen ergaben nicht mehr als zuvor; was vorhanden war, bleibt
}
capture-failures = Ohne Nachweis geblieben
capture-failed-day = { $count ->
    [one] { $count } Abfrage für den { $day }
   *[other] { $count } Abfragen für den { $day }
}
capture-failed-days = { $count ->
    [one] { $count } Abfrage vom { $first } bis zum { $last }
   *[other] { $count } Abfragen vom { $first } bis zum { $last }
}
capture-wanted-by = Gebraucht von
capture-help = Was tägliche Erfassung ist
capture-help-why = Ein Monat kann erst abgeschlossen werden, wenn er vorbei ist. Viele Server bewahren Messwerte 15 Tage lang auf und haben die erste Hälfte dann vergessen. Ein erfasster Tag wird als Nachweis mit seiner Prüfsumme aufbewahrt, und der Abschluss nimmt ihn von dort.
capture-help-files = Zusagen, die aus Dateien gemessen werden, stehen hier nicht: Dateien bleiben erhalten.
capture-help-timer = Von selbst geschieht es, wenn ein Zeitgeber jede Nacht diesen Befehl ausführt; ein systemd-Timer und ein Kubernetes-CronJob liegen dem Programm bei:
capture-help-month = Von Hand, für einen Monat:
capture-help-ledger = Mit einem Katalog im Hauptbuch:
capture-help-folder = Der Ordner für Nachweise ist derselbe, in den Monate abgeschlossen werden.
problem-code-captures-nothing = Es gibt nichts zu erfassen
problem-code-captures-nothing-next = Entweder ist noch kein Tag des Monats seit einer halben Stunde vorbei, oder nichts darin wird an einem Server gemessen.
problem-code-captures-busy = Ein anderes Programm erfasst gerade Tage
problem-code-captures-busy-next = Warten Sie, bis es fertig ist, etwa der nächtliche Zeitgeber, und erfassen Sie dann erneut.
problem-code-evidence-no-conditions = Der Speicher der Nachweise überschreibt, was schon da ist
problem-code-evidence-no-conditions-next = Es wurde nichts festgehalten. Lassen Sie den Server des Buckets aktualisieren oder ersetzen: Er muss Bedingungen einhalten (If-None-Match, If-Match).
problem-code-evidence-unreachable = Der Speicher der Nachweise ist nicht zu erreichen
problem-code-evidence-unreachable-next = Es wurde nichts festgehalten. Lassen Sie das Netz und den Endpunkt prüfen (bei S3 AWS_ENDPOINT_URL), und versuchen Sie es dann erneut.
problem-code-evidence-credentials = Der Speicher der Nachweise lehnt die Anmeldung ab
problem-code-evidence-credentials-next = Lassen Sie die Schlüssel prüfen (bei S3 AWS_ACCESS_KEY_ID und AWS_SECRET_ACCESS_KEY). Bis dahin wird nichts festgehalten.
problem-code-evidence-forbidden = Das Programm darf den Speicher der Nachweise nicht benutzen
problem-code-evidence-forbidden-next = Lassen Sie ihm Lesen, Schreiben und Auflisten einräumen (bei S3 s3:GetObject, s3:PutObject und s3:ListBucket).
problem-code-evidence-no-bucket = Den Speicher der Nachweise gibt es nicht
problem-code-evidence-no-bucket-next = Lassen Sie ihn anlegen oder die Adresse in SLA_EVIDENCE berichtigen.
problem-code-evidence-refused = Der Speicher der Nachweise lehnt ab
problem-code-evidence-refused-next = Das Protokoll seines Servers sagt, warum. Es wurde nichts festgehalten.
problem-code-evidence-too-long = Im Speicher der Nachweise liegt etwas, das kein Nachweis sein kann
problem-code-evidence-too-long-next = Lassen Sie prüfen, wer es dort abgelegt hat, und holen Sie den Nachweis aus einer Kopie zurück.
problem-code-evidence-address = Der Ort der Nachweise ist falsch angegeben
problem-code-evidence-address-next = In SLA_EVIDENCE steht ein Ordner oder eine Adresse wie s3://SPEICHER/PRÄFIX, ohne Benutzer und Geheimnis.
problem-code-evidence-plain-http = Der Speicher der Nachweise würde unverschlüsselt angesprochen
problem-code-evidence-plain-http-next = Geben Sie den Endpunkt mit https an, bei S3 in AWS_ENDPOINT_URL; wo dem Netz zu trauen ist, auch AWS_ALLOW_HTTP=true.
problem-code-evidence-settings = Die Angaben der Umgebung zum Speicher der Nachweise sind nicht zu gebrauchen
problem-code-evidence-settings-next = Lassen Sie Region, Endpunkt und Schlüssel prüfen.
problem-code-job-underway = Es werden bereits Tage erfasst
problem-code-job-underway-next = Warten Sie, bis das beendet ist, oder brechen Sie es ab.
problem-code-job-month-ahead = Der Monat hat noch nicht begonnen
problem-code-job-month-ahead-next = Wählen Sie einen Monat, in dem Tage vorbei sind.

readings-title = Zwei Messungen
readings-of = Zwei Messungen von { $title }
readings-about = Der Vertrag stellt der eigenen Messung der Zusage eine zweite gegenüber, „{ $sli }“. Sie dürfen um höchstens { $tolerance } Prozentpunkte voneinander abweichen.
readings-first = Erste Messung
readings-second = Zweite Messung
readings-counted = { $good } von { $total }
readings-good = Gut ({ $unit })
readings-range = { $low } bis { $high }
readings-consumed = Verbraucht
readings-alone = Ergebnis allein daraus
readings-difference = Sie weichen um { $points } Prozentpunkte voneinander ab.
readings-no-difference = Eine von beiden hatte nichts zu bewerten, sodass sich keine Abweichung nennen lässt.
readings-agree = Sie stimmen überein; bewertet ist die erste.
readings-differ = Das ist mehr, als der Vertrag zulässt, und niemand kann sagen, welche stimmt: Die Zusage ist nicht entscheidbar, und der Betrag reicht vom niedrigsten bis zum höchsten beider. Zählungen, Ausfälle und Diagramme hier sind die der ersten Messung.
readings-open-first = Zeit ohne Nachweis lässt offen, ob sie übereinstimmen; nach dem Vertrag ist die erste bewertet.
readings-open-undecidable = Ob sie übereinstimmen, ist offen; nach dem Vertrag ist die Zusage dann nicht entscheidbar, und der Betrag reicht vom niedrigsten bis zum höchsten beider. Zählungen, Ausfälle und Diagramme hier sind die der ersten Messung.
readings-first-only = Nur nach der ersten Messung ausgefallen: { $time }.
readings-second-only = Nur nach der zweiten Messung ausgefallen: { $time }.
captured-second = { $title }, zweite Messung ({ $sli })
