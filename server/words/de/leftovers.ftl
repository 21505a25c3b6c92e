## Was ein Vorgang verborgen hat und niemand mehr kennt

left-staging = eine Kopie, die unterwegs war
left-retired = ein Original, das ein Vorgang verborgen hat
left-replaced = etwas, das ein Vorgang ersetzt und verborgen hat
left-hop = ein Ordner, durch den etwas hindurchgeht
left-kept = eine Kopie, die andere geändert hatten
left-workshop = ein Ordner, in dem Einträge neu angelegt wurden
left-scratch = ein Ordner, in dem `tidelock doctor` etwas ausprobiert hat
left-record = die Aufzeichnung eines Vorgangs
left-barrier = eine Datei, die Namen dauerhaft gemacht hat
left-claim = ein leerer Ordner, der einen Namen freigehalten hat

left-by-a-crash = { $what }; ein Absturz hat es hinterlassen, und nichts braucht es
left-accounted = { $what }; sein Vorgang kennt es
left-of-another = { $what }; ein anderes Tidelock hat es verborgen und arbeitet vielleicht, deshalb bleibt es unberührt
left-rebuildable = { $what }; sein Vorgang kann wieder aufgenommen werden
left-newer = { $what }; das Journal ist älter
left-unknown = { $what }; niemand weiß mehr davon

lies-under-old-name = { $path }: das Original, wie vor dem Verschieben
lies-under-new-name = { $path }: was den neuen Namen hat
lies-hidden = { $path }: { $what }
left-to-owner = Dieser Server ändert selbst nichts, also erledigt er hier nichts.
left-to-owner-hint = Der Eigentümer oder root erledigt es: `tidelock recover --orphans` in dem Ordner, in dem es liegt.
