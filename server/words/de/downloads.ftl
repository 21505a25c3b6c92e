## Downloads

download-top = Die oberste Ebene des Dateisystems lässt sich nicht herunterladen.
download-tape = Der Inhalt von „{ $name }“ liegt nur auf Band.
download-tape-hint = Holen Sie ihn zuerst zurück, zum Beispiel mit lfs hsm_restore.
download-nothing = „{ $name }“ hat keinen Inhalt zum Herunterladen.
download-nothing-hint = Dateien und Ordner lassen sich herunterladen.
no-picture = „{ $name }“ ist kein Bild, das ein Browser zeigt.
no-picture-hint = Laden Sie es stattdessen herunter.
left-out-tape = der Inhalt liegt nur auf Band
left-out-kind = es ist weder Datei noch Ordner noch symbolischer Link

## Content

content-folder = Ein Ordner zeigt sich, wenn man ihn öffnet.
content-empty = Die Datei ist leer.
content-none = Es gibt keinen Inhalt zu zeigen.
content-tape = Der Inhalt liegt nur auf Band. Holen Sie ihn zurück, um ihn zu sehen.
