using System.Text.Json;
using Kedge.Features;
using Kedge.Runtime;
using Kedge.Tensors;
using static TorchSharp.torch;

namespace Kedge.Training.Objectives;

/// <summary>
/// A teacher's text features of many names, the targets of text distillation. Features are centred per group of names
/// that share a prompt: each group's mean is subtracted, and a name of several groups gets the mean of its features.
/// Features of the student's own joint space are taken as they are.
/// </summary>
/// <param name="Names">M different names.</param>
/// <param name="Features">M rows of equal width W: the teacher's features, centred by group.</param>
/// <param name="InJointSpace">Whether the features lie in the student's joint space, so that W is its width D.</param>
internal sealed record TeacherTextFeatures(IReadOnlyList<string> Names, IReadOnlyList<float[]> Features, bool InJointSpace = false)
{
    // as the captions of classes
    private static readonly string[] Prompts = ["a photo of a {0}.", "a photo of a {0}.", "a picture of a {0}.", "{0}"];

    /// <summary>
    /// Reads a teacher's features: safetensors with <c>features</c> [M, W] and the metadata <c>names</c> and,
    /// optionally, <c>sources</c> (a group a name), JSON lists of M texts. With the metadata <c>space</c> of
    /// <c>joint</c> they lie in the student's joint space.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <exception cref="KedgeException">The file is missing, damaged, or of another format.</exception>
    public static TeacherTextFeatures Read(string path)
    {
        LibTorch.Load();
        using var scope = NewDisposeScope();
        using var file = SafetensorsFile.Open(path);
        if (!file.Entries.ContainsKey("features") || List("names") is not { Length: > 1 } names)
            throw new KedgeException($"Reading text features from '{path}' found no tensor 'features' or no list 'names' in its " +
                "metadata; expected both, with a name a row.");
        var features = file.Read("features").to(ScalarType.Float32);
        var sources = List("sources") ?? [.. names.Select(_ => "")];
        if (features.dim() != 2 || features.shape[0] != names.Length || sources.Length != names.Length)
        {
            throw new KedgeException($"Reading text features from '{path}' found features [{string.Join(", ", features.shape)}], " +
                $"{names.Length} names and " +
                $"{sources.Length} sources; expected as many of each.");
        }
        var inJointSpace = file.Metadata.GetValueOrDefault("space") == "joint";
        var centred = inJointSpace ? features.Unit() : zeros_like(features);
        foreach (var group in inJointSpace ? [] : Rows(sources))
        {
            var rows = tensor(group.ToArray());
            var members = features.index_select(0, rows).Unit();
            centred.index_copy_(0, rows, members.sub(members.mean([0], keepdim: true)).Unit());
        }
        var distinct = Rows(names).ToArray();
        return new([.. distinct.Select(rows => rows.Key)],
            [.. distinct.Select(rows => centred.index_select(0, tensor(rows.ToArray())).mean([0]).data<float>().ToArray())],
            inJointSpace);

        string[]? List(string key)
        {
            try
            {
                return file.Metadata.TryGetValue(key, out var json) ? JsonSerializer.Deserialize<string[]>(json) : null;
            }
            catch (JsonException)
            {
                return null;
            }
        }
    }

    /// <summary>
    /// The M features projected on their first <paramref name="width"/> principal axes (SVD) and L2-normalised,
    /// padded with zeros; those of the joint space only L2-normalised. [M, width].
    /// </summary>
    /// <exception cref="KedgeException">They are to lie in the joint space and have another width.</exception>
    internal Tensor Targets(int width, Device? device = null)
    {
        using var scope = NewDisposeScope();
        var features = tensor(Features.SelectMany(row => row).ToArray(), Features.Count, Features[0].Length, device: device ?? CPU);
        if (InJointSpace && features.shape[1] != width)
        {
            throw new KedgeException($"Distilling text features found {features.shape[1]} numbers a name, in a joint space of {width}: " +
                "features with the metadata 'space' of 'joint' must be as wide as the model's.");
        }
        if (InJointSpace)
            return features.Unit().MoveToOuterDisposeScope();
        var (_, _, axes) = linalg.svd(features, fullMatrices: false); // [r, W], the strongest first
        var kept = Math.Min(width, (int)axes.shape[0]);
        var turned = matmul(features, axes.narrow(0, 0, kept).t()).Unit(); // [M, kept]
        return nn.functional.pad(turned, [0, width - kept]).MoveToOuterDisposeScope();
    }

    /// <summary>A batch for each step from <paramref name="first"/> on.</summary>
    /// <param name="first">The first step.</param>
    /// <param name="options">Steps, batch size and seed.</param>
    /// <param name="salt">Another number for each teacher of a run, from 1 on.</param>
    internal IEnumerable<DistillationBatch[]> BatchesFrom(int first, PretrainingOptions options, int salt = 1) =>
        from step in Enumerable.Range(first, options.Steps - first)
        select (DistillationBatch[])[Draw(options.TeacherBatchSize, StepRandom.Create(options.Seed, step, salt))];

    private DistillationBatch Draw(int count, Random random)
    {
        var rows = Enumerable.Range(0, Names.Count).ToArray();
        random.Shuffle(rows);
        rows = rows[..Math.Min(count, rows.Length)];
        return new(rows, [.. rows.Select(row => string.Format(Prompts[random.Next(Prompts.Length)], Names[row]))]);
    }

    private static IEnumerable<IGrouping<string, long>> Rows(string[] keys) =>
        Enumerable.Range(0, keys.Length).GroupBy(row => keys[row], row => (long)row);
}
