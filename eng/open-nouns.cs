#:property PublishAot=false

// Makes src/Kedge/Text/open-nouns.txt of WordNet 3.0's database: common English nouns for things that photos show. It is the
// same to the byte each time.
// Run: dotnet run eng/open-nouns.cs -- FOLDER FOLDER holds data.noun, index.noun and cntlist.rev (Debian's package wordnet-base has them)
//
// A sense is taken where it lies below one of the trees and none of the trees left out, or is one of the singles. It gives its
// first lemma that is a common noun of at most three words, if that mostly means such a thing. The order is by (1 + how often the
// sense is tagged in WordNet's texts) · (1 + how many of WordNet's definitions of nouns have the word): either alone is thin, the
// texts being few and mostly of 1961.
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

const int words = 3000;
const double mostlyThis = 0.3; // of the times that the tagged texts have the lemma, those in which it means such a thing

string[] trees =
[
    "animal.1", "plant.2", "fungus.1", "food.1", "food.2", "artifact.1", "natural object.1",
    "geological formation.1", "body of water.1", "land.4", "tract.1",
    "vegetation.1", "material.1", "noble metal.1", "weather.1", "atmospheric phenomenon.1",
    "external body part.1", "body covering.1", "shape.2", "color.1",
    "texture.1", "sport.1", "social event.1", "worker.1", "athlete.1", "performer.1", "health professional.1", "juvenile.1",
];
string[] singles =
[
    "adult.1", "man.1", "woman.1", "girl.1", "lady.1", "bride.1", "groom.1",
    "couple.1", "mother.1", "father.1", "wife.1", "husband.1", "baby.1", "person.1",
    "king.1", "tourist.1", "passenger.1", "pedestrian.1", "crowd.1", "audience.1",
    "choir.1", "orchestra.1", "city.1", "town.1", "village.1", "suburb.1",
    "mouth.1", "tooth.1", "bone.1", "skin.1", "wing.1", "tail.1", "tongue.1",
    "eye.1", "ear.1", "skull.1", "egg.1", "skeleton.3", "sun.1", "moon.1", "sky.1",
    "fire.1", "flame.1", "smoke.1", "light.1", "shadow.1", "wave.1", "water.1",
    "ice.1", "steam.1", "oil.1", "mud.1", "sand.1", "sunset.2", "sunrise.2",
    "steel.1", "brass.1", "bronze.1", "copper.1", "iron.1", "aluminum.1", "tin.1",
    "soap.1", "plastic.1", "pattern.3", "flock.5", "herd.1", "cemetery.1", "traffic.1",
];
string[] treesLeftOut =
[
    "chemical.1", "macromolecule.1", "particle.2", "drug.1", "contraceptive.1",
    "poison gas.1", "weapon of mass destruction.1", "instrument of execution.1",
    "instrument of torture.1", "whorehouse.1", "fecal matter.1", "embryo.2",
    "reproductive organ.1", "plant tissue.1", "microorganism.1", "angle.1",
    "straight line.1", "official.1", "computer circuit.1", "radioactive material.1",
];
// What photos do not show, or not by this name, and what hurts.
HashSet<string> wordsLeftOut = [.. """
    access, accomplice, acid-base indicator, adsorbent, afghan, aliment, alimentary tract smear, amen corner, amethystine python, argentine, article,
    artifact, axon, bilirubin, black body, break seal, by-product, cadaver, calculus, cannabis, cannon fodder, captive, carrion, chad, chromosome,
    closed circuit, commander, commodity, communication system, compilation, concentration camp, concoction, consumer goods, contingent,
    correctional institution, cosmopolitan, counterfeit, crook, culture medium, defensive structure, diathermy machine, dressed ore, edition, elements,
    embryo, end product, enzyme, equatorial, exudate, facility, fallout, fetus, formality, fraction, free-reed, free-reed instrument, fruiting body,
    fulcrum, gap, general, giant, gleba, greyback, hanging, harem, hemosiderin, hominid, homogenate, honkytonk, impregnation, impurity, initiation,
    inspiration, instrument of punishment, invention, ironing, itinerant, journalism, labia majora, large white, liquor, litmus, mandarin, manila,
    map projection, marijuana, mate, mechanical system, medium, mending, mental hospital, merchandise, micelle, micrometeorite, modern man, modification,
    mogul, myofibril, natural object, nerve fiber, nude, nutriment, output, ovary, ovule, penal colony, penal institution, perversion, picture plane,
    place of business, placenta, plant material, political campaign, precursor, prison camp, product, protein, public transit, public works, quack,
    raw material, regression line, rendition, repertory, representation, reproductive structure, right, school system, security system, seizing,
    shipboard system, simple leaf, site, small white, stiff, subdivision, supporting structure, system, terminal, tract, transient, universe, urine,
    vocabulary, waste, workpiece, works, young buck
    """.Split([',', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];

if (args is not [var folder] || !File.Exists(Path.Combine(folder, "data.noun")))
{
    Console.Error.WriteLine("Give the folder of WordNet 3.0's database, which holds data.noun, index.noun and cntlist.rev.");
    return 2;
}

var senses = Lines("data.noun").Select(Sense.Parse).ToDictionary(sense => sense.Offset);
var sensesOf = Lines("index.noun").Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
    // a lemma's senses, the most frequent first
    .ToDictionary(cells => cells[0], cells => cells[^int.Parse(cells[2], CultureInfo.InvariantCulture)..]);
var tagged = Lines("cntlist.rev").Select(line => line.Split(' '))
    .ToDictionary(cells => cells[0], cells => int.Parse(cells[2], CultureInfo.InvariantCulture));
var (taggedWords, taggedNouns) = (Sum(_ => true), Sum(key => key.Contains("%1:", StringComparison.Ordinal)));
var definitions = senses.Values.SelectMany(sense => Phrases(sense.Definition)).CountBy(phrase => phrase).ToDictionary();

var (taken, single, leftOut, colour) = (Find(trees), Find(singles), Find(treesLeftOut), Find(["color.1"]));
var shown = senses.Values.Where(sense => single.Contains(sense.Offset)
    || Above(sense).Overlaps(taken) && !Above(sense).Overlaps(leftOut) && !sense.IsInstance)
    .Select(sense => sense.Offset).ToHashSet();
var list = senses.Values.Where(sense => shown.Contains(sense.Offset)
    && sense.Word is not null && MostlyThis(sense) && !wordsLeftOut.Contains(sense.Word))
    .Select(sense => (Word: sense.Word!,
        Weight: (1L + sense.Lemmas.Sum(lemma => Tagged(sense, lemma))) * (1 + definitions.GetValueOrDefault(sense.Word!))))
    .GroupBy(entry => entry.Word).Select(same => same.MaxBy(entry => entry.Weight))
    .OrderByDescending(entry => entry.Weight).ThenBy(entry => entry.Word, StringComparer.Ordinal)
    .Take(words);
var path = Path.Combine(Path.GetDirectoryName(Here())!, "..", "src", "Kedge", "Text", "open-nouns.txt");
File.WriteAllText(path, string.Concat(list.Select(entry => entry.Word + "\n")));
return 0;

// the licence stands before the data
IEnumerable<string> Lines(string name) => File.ReadLines(Path.Combine(folder, name)).Where(line => line[0] != ' ');

// "color.1" is the first sense of color.
HashSet<string> Find(IEnumerable<string> names) =>
    [.. names.Select(name => name.Split('.'))
        .Select(parts => sensesOf[parts[0].Replace(' ', '_')][int.Parse(parts[1], CultureInfo.InvariantCulture) - 1])];

// A sense and all that it is a kind of.
HashSet<string> Above(Sense sense) => [sense.Offset, .. sense.Kinds.SelectMany(kind => Above(senses[kind]))];

int Tagged(Sense sense, Lemma lemma) => tagged.GetValueOrDefault($"{lemma.Text.ToLowerInvariant()}%1:{sense.File}:{lemma.Id:00}::");

int TaggedAs(string spelling, Sense sense) =>
    sense.Lemmas.Where(lemma => lemma.Text.Equals(spelling, StringComparison.OrdinalIgnoreCase)).Sum(lemma => Tagged(sense, lemma));

// How often each spelling was found in the tagged texts.
Dictionary<string, int> Sum(Func<string, bool> wanted) =>
    tagged.Where(pair => wanted(pair.Key))
        .GroupBy(pair => pair.Key.Split('%')[0]).ToDictionary(spelling => spelling.Key, spelling => spelling.Sum(pair => pair.Value));

// Colours are adjectives too, and may be; another word that is rather a verb, an adjective or another noun is left out.
bool MostlyThis(Sense sense)
{
    var spelling = sense.Word!.Replace(' ', '_');
    var all = (Above(sense).Overlaps(colour) ? taggedNouns : taggedWords).GetValueOrDefault(spelling);
    var such = sensesOf[spelling].Where(shown.Contains).Sum(offset => TaggedAs(spelling, senses[offset]));
    return all > 0 ? such >= mostlyThis * all : sensesOf[spelling][0] == sense.Offset;
}

// The different runs of one to three words in a text.
static HashSet<string> Phrases(string text)
{
    var all = Regex.Matches(text, "[a-z'-]+").Select(match => match.Value).ToArray();
    return [.. from start in Enumerable.Range(0, all.Length)
               from length in (int[])[1, 2, 3]
               where start + length <= all.Length
               select string.Join(' ', all[start..(start + length)])];
}

static string Here([CallerFilePath] string path = "") => path;

/// <summary>A spelling, and the number that tells its senses of one file apart.</summary>
internal sealed record Lemma(string Text, int Id);

/// <summary>A line of data.noun: wndb(5WN).</summary>
internal sealed partial record Sense(string Offset, string File, Lemma[] Lemmas, string[] Kinds, bool IsInstance, string Definition)
{
    /// <summary>The first lemma that is a common noun of at most three words.</summary>
    public string? Word { get; } =
        Lemmas.Select(lemma => lemma.Text).FirstOrDefault(text => text.Length > 2 && CommonNoun().IsMatch(text))?.Replace('_', ' ');

    public static Sense Parse(string line)
    {
        var parts = line.Split(" | ", 2);
        var cells = parts[0].Split(' ');
        var count = int.Parse(cells[3], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        var lemmas = cells[4..(4 + 2 * count)].Chunk(2)
            .Select(pair => new Lemma(pair[0], int.Parse(pair[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture)));
        var pointers = cells[(5 + 2 * count)..].Chunk(4).ToArray();
        return new(cells[0], cells[1], [.. lemmas],
            [.. pointers.Where(pointer => pointer[0] == "@").Select(pointer => pointer[1])],
            pointers.Any(pointer => pointer[0] == "@i"), parts[1].ToLowerInvariant());
    }

    [GeneratedRegex("^[a-z]+([_'-][a-z]+){0,2}$")]
    private static partial Regex CommonNoun();
}
