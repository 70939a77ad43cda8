"""This file holds every sentence by which the territory loader says what is wrong on a line, and what mends it.

One row per code, French first. Where errors are found: table_text.py (encoding, cells), columns.py (values),
load_zones.py (polygons) and load.py (references between files).
"""

import msgspec


class LineError(msgspec.Struct, frozen=True):
    """One fault: file, line (from 1; in GeoJSON the number of the feature), column header, the value, and sentences."""

    file: str
    line: int
    column: str
    code: str
    value: str
    sentence_fr: str
    sentence_en: str
    remedy_fr: str
    remedy_en: str


# code: (sentence_fr, sentence_en, remedy_fr, remedy_en); {value} is the cell, {detail} what the check found.
SENTENCES: dict[str, tuple[str, str, str, str]] = {
    "file_missing": (
        "Le fichier ne peut pas être lu : {detail}.",
        "The file cannot be read: {detail}.",
        "Vérifiez le chemin et les droits de lecture.",
        "Check the path and the right to read it.",
    ),
    "file_empty": (
        "Le fichier est vide.",
        "The file is empty.",
        "Exportez-le de nouveau avec une ligne d'en-têtes.",
        "Export it again with a line of headers.",
    ),
    "file_too_large": (
        "Le fichier dépasse {detail} octets.",
        "The file is larger than {detail} bytes.",
        "Découpez-le en plusieurs fichiers.",
        "Split it into several files.",
    ),
    "utf16": (
        "Le fichier est en UTF-16.",
        "The file is in UTF-16.",
        "Enregistrez-le en « CSV UTF-8 ».",
        "Save it as “CSV UTF-8”.",
    ),
    "encoding": (
        "La ligne contient un octet qui n'est ni de l'UTF-8 ni du Windows-1252.",
        "The line has a byte that is neither UTF-8 nor Windows-1252.",
        "Enregistrez le fichier en « CSV UTF-8 ».",
        "Save the file as “CSV UTF-8”.",
    ),
    "encodings_mixed": (
        "La ligne n'est pas en UTF-8, alors que d'autres lignes le sont.",
        "The line is not in UTF-8 while other lines are.",
        "Le fichier réunit deux exports : enregistrez chacun en « CSV UTF-8 » avant de les assembler.",
        "Two exports were joined: save each as “CSV UTF-8” before joining them.",
    ),
    "control_character": (
        "La ligne contient un caractère invisible ({detail}).",
        "The line has an invisible character ({detail}).",
        "Supprimez-le de la cellule.",
        "Delete it from the cell.",
    ),
    "quotes": (
        "Un guillemet ouvert n'est pas refermé, ou du texte suit un guillemet fermant.",
        "A quote is never closed, or text follows a closing quote.",
        "Corrigez les guillemets de cette ligne ou exportez de nouveau.",
        "Mend the quotes on this line or export again.",
    ),
    "quotes_to_the_end": (
        "Un guillemet ouvert sur cette ligne n'est pas refermé : rien n'est lu à partir d'ici.",
        "A quote that opens on this line is never closed: nothing is read from here on.",
        "Corrigez les guillemets de cette ligne ou exportez de nouveau.",
        "Mend the quotes on this line or export again.",
    ),
    "separator": (
        "Les colonnes sont séparées par « {value} ».",
        "The columns are separated by “{value}”.",
        "Enregistrez le fichier avec « ; », « , » ou une tabulation comme séparateur.",
        "Save the file with “;”, “,” or a tab as separator.",
    ),
    "no_workbook": (
        "Le fichier se nomme « {value} » et n'est pas un classeur .xlsx.",
        "The file is called “{value}” and is no .xlsx workbook.",
        "Enregistrez la feuille en .xlsx, ou donnez au fichier CSV un nom en .csv.",
        "Save the sheet as .xlsx, or give a CSV file a name in .csv.",
    ),
    "workbook": (
        "Le classeur ne peut pas être lu : {detail}.",
        "The workbook cannot be read: {detail}.",
        "Enregistrez la feuille en « CSV UTF-8 » ou en .xlsx sans mot de passe.",
        "Save the sheet as “CSV UTF-8” or as .xlsx without a password.",
    ),
    "call_instant": (
        "Ce n'est pas un instant : {value}.",
        "This is no date and time: {value}.",
        "Écrivez le jour et l'heure, comme 22/11/2026 09:05.",
        "Write the day and the time, as 22/11/2026 09:05.",
    ),
    "call_outcome": (
        "Cette issue d'appel n'est pas connue : {value}.",
        "This result of a call is not known: {value}.",
        "Écrivez répondu, abandonné ou manqué.",
        "Write answered, abandoned or missed.",
    ),
    "call_wait": (
        "Ce n'est pas une attente en secondes : {value}.",
        "This is no wait in seconds: {value}.",
        "Écrivez un nombre entier de secondes, ou rien.",
        "Write a whole number of seconds, or nothing.",
    ),
    "formula": (
        "La cellule contient une formule : « {value} ».",
        "The cell holds a formula: “{value}”.",
        "Remplacez-la par sa valeur (copier, collage spécial « valeurs »).",
        "Replace it by its value (copy, paste special “values”).",
    ),
    "lines_too_many": (
        "La liste a plus de {detail} lignes.",
        "The list has more than {detail} lines.",
        "Découpez-la en plusieurs listes.",
        "Split it into several lists.",
    ),
    "header_unknown": (
        "La colonne « {value} » est inconnue.",
        "The column “{value}” is not known.",
        "Renommez-la ({detail}) ou retirez-la du fichier.",
        "Rename it ({detail}) or take it out of the file.",
    ),
    "header_twice": (
        "Deux colonnes disent la même chose : {detail}.",
        "Two columns say the same: {detail}.",
        "Gardez une seule des deux.",
        "Keep one of the two.",
    ),
    "header_missing": (
        "La colonne « {value} » manque.",
        "The column “{value}” is missing.",
        "Ajoutez-la ; noms acceptés : {detail}.",
        "Add it; accepted names: {detail}.",
    ),
    "cells_too_many": (
        "La ligne a plus de cellules que l'en-tête ({detail}).",
        "The line has more cells than the header ({detail}).",
        "Mettez entre guillemets les textes qui contiennent le séparateur.",
        "Put texts that contain the separator between quotes.",
    ),
    "value_missing": (
        "La valeur est obligatoire.",
        "The value is required.",
        "Remplissez la cellule.",
        "Fill in the cell.",
    ),
    "text_too_long": (
        "Le texte dépasse {detail} caractères.",
        "The text is longer than {detail} characters.",
        "Raccourcissez-le.",
        "Shorten it.",
    ),
    "number": (
        "« {value} » n'est pas un nombre.",
        "“{value}” is not a number.",
        "Écrivez par exemple 2,355 ou 2.355.",
        "Write for example 2.355 or 2,355.",
    ),
    "number_range": (
        "« {value} » est hors de l'intervalle {detail}.",
        "“{value}” is outside {detail}.",
        "Corrigez le nombre.",
        "Correct the number.",
    ),
    "word": (
        "« {value} » n'est pas un mot attendu.",
        "“{value}” is not an expected word.",
        "Mots acceptés : {detail}.",
        "Accepted words: {detail}.",
    ),
    "day": (
        "« {value} » n'est pas une date.",
        "“{value}” is not a date.",
        "Écrivez 31/12/1950 ou 1950-12-31, ou 12/1950, ou 1950.",
        "Write 1950-12-31 or 31/12/1950, or 12/1950, or 1950.",
    ),
    "day_range": (
        "La date « {value} » est impossible pour une naissance.",
        "The date “{value}” cannot be a birth.",
        "Corrigez l'année.",
        "Correct the year.",
    ),
    "id_twice": (
        "L'identifiant « {value} » est déjà à la ligne {detail}.",
        "The identifier “{value}” already stands on line {detail}.",
        "Donnez à chaque ligne son propre identifiant.",
        "Give each line an identifier of its own.",
    ),
    "person_twice": (
        "La même personne, « {value} », est déjà à la ligne {detail}.",
        "The same person, “{value}”, already stands on line {detail}.",
        "Retirez l'une des deux lignes ; si ce sont deux personnes, ajoutez la date de naissance ou la chambre.",
        "Take one of the two lines out; if they are two people, add the birth date or the room.",
    ),
    "place_unknown": (
        "Le lieu « {value} » n'est pas dans le fichier des lieux.",
        "The place “{value}” is not in the file of places.",
        "Ajoutez le lieu ou corrigez l'identifiant ({detail}).",
        "Add the place or correct the identifier ({detail}).",
    ),
    "household_two_places": (
        "Le ménage « {value} » a déjà un autre lieu à la ligne {detail}.",
        "The household “{value}” already has another place on line {detail}.",
        "Donnez le même lieu à tout le ménage, ou deux noms à deux ménages.",
        "Give the whole household one place, or two households two names.",
    ),
    "nobody": (
        "Ni nom, ni prénom, ni surnom.",
        "Neither family name, nor given name, nor alias.",
        "Donnez au moins un surnom.",
        "Give at least an alias.",
    ),
    "axes_swapped": (
        "La longitude et la latitude semblent inversées.",
        "Longitude and latitude seem to be swapped.",
        "Échangez les deux colonnes.",
        "Swap the two columns.",
    ),
    "json": (
        "Le fichier n'est pas du GeoJSON lisible : {detail}.",
        "The file is not readable GeoJSON: {detail}.",
        "Exportez une FeatureCollection en WGS 84.",
        "Export a FeatureCollection in WGS 84.",
    ),
    "no_zone": (
        "Le fichier ne contient aucune zone.",
        "The file has no zone.",
        "Exportez une FeatureCollection d'au moins un polygone.",
        "Export a FeatureCollection with at least one polygon.",
    ),
    "crs": (
        "Les coordonnées sont dans un autre système : {detail}.",
        "The coordinates are in another system: {detail}.",
        "Exportez en WGS 84 (EPSG:4326), longitude puis latitude.",
        "Export in WGS 84 (EPSG:4326), longitude then latitude.",
    ),
    "not_a_feature": (
        "L'élément n'est pas une « Feature » avec des propriétés et une géométrie.",
        "The item is not a Feature with properties and a geometry.",
        "Exportez une FeatureCollection.",
        "Export a FeatureCollection.",
    ),
    "no_code": (
        "La zone n'a pas de code.",
        "The zone has no code.",
        "Donnez-lui une propriété « code ».",
        "Give it a property “code”.",
    ),
    "code_twice": (
        "Le code « {detail} » désigne déjà une autre zone.",
        "The code “{detail}” already names another zone.",
        "Donnez à chaque zone son propre code.",
        "Give each zone a code of its own.",
    ),
    "not_a_polygon": (
        "La géométrie n'est pas un polygone : {detail}.",
        "The geometry is not a polygon: {detail}.",
        "Gardez les polygones et multipolygones seulement.",
        "Keep polygons and multipolygons only.",
    ),
    "geometry": (
        "La géométrie ne peut pas être lue : {detail}.",
        "The geometry cannot be read: {detail}.",
        "Exportez de nouveau ce polygone.",
        "Export this polygon again.",
    ),
    "empty": (
        "Le polygone est vide.",
        "The polygon is empty.",
        "Retirez la zone ou dessinez-la.",
        "Take the zone out or draw it.",
    ),
    "not_degrees": (
        "Les coordonnées ne sont pas des degrés : {detail}.",
        "The coordinates are not degrees: {detail}.",
        "Exportez en WGS 84 (EPSG:4326).",
        "Export in WGS 84 (EPSG:4326).",
    ),
    "crosses_itself": (
        "Le contour se croise : {detail}.",
        "The outline crosses itself: {detail}.",
        "Réparez la géométrie (par exemple « Réparer les géométries » de QGIS).",
        "Mend the geometry (for example “Fix geometries” of QGIS).",
    ),
    "overlap": (
        "La zone recouvre la zone « {detail} ».",
        "The zone overlaps zone “{detail}”.",
        "Ajustez la limite : un lieu ne peut être que dans une zone.",
        "Adjust the border: a place can lie in one zone only.",
    ),
    "errors_too_many": (
        "Il y a plus de {detail} erreurs ; les suivantes ne sont pas listées.",
        "There are more than {detail} errors; the next ones are not listed.",
        "Corrigez celles-ci puis recommencez.",
        "Mend these, then start again.",
    ),
}


def line_error(file: str, line: int, code: str, column: str = "", value: str = "", detail: str = "") -> LineError:
    """Return the error of a code with its sentences filled in.

    >>> line_error("lieux.csv", 3, "number", "latitude", "nord").sentence_en
    '“nord” is not a number.'
    """
    shown = value if len(value) <= 60 else f"{value[:59]}…"
    sentences = [sentence.format(value=shown, detail=detail) for sentence in SENTENCES[code]]
    return LineError(file, line, column, code, value, *sentences)
