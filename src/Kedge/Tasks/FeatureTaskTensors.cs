using Kedge.FewShot;
using Kedge.Runtime;
using Kedge.Tensors;
using static TorchSharp.torch;
using Names = Kedge.Tasks.FeatureTaskFormat;

namespace Kedge.Tasks;

/// <summary>
/// The tensors of a task file: of the types and shapes that a task has, with no value that is no feature or no class.
/// </summary>
/// <param name="file">The open file; stays the caller's.</param>
internal sealed class FeatureTaskTensors(SafetensorsFile file)
{
    /// <summary>Rows as near to unit length as rounding leaves them are kept, bit by bit.</summary>
    private const double Rounding = 1e-6;

    /// <summary>Below this a row is as good as zero, and F32 has no digits left for its direction.</summary>
    private const double ShortestRow = 1e-30;

    internal void RequireKnown()
    {
        string[] prefixes = ["support.", "query.", "validation.", "class.", "anchor."], endings = [".features", ".labels"];
        var unknown = file.Entries.Keys.Except(Names.Tensors).Order(StringComparer.Ordinal)
            .FirstOrDefault(name => prefixes.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal))
                || endings.Any(ending => name.EndsWith(ending, StringComparison.Ordinal)));
        if (unknown is not null)
            throw new TaskFault($"has the unknown tensor '{unknown}': a task's are {string.Join(", ", Names.Tensors)}; " +
                "rename or remove it.");
    }

    internal bool HasPart(string part) => Has(Names.Features(part)) || Has(Names.Labels(part));

    /// <summary>[C, D].</summary>
    internal Tensor ReadClasses(int classes)
    {
        Require(Names.Classes, Shape(Names.Classes) is [var c, > 0] && c == classes, $"[{classes}, D], a row for each of class_names");
        return ReadUnit(Names.Classes);
    }

    /// <summary>[C], above 0; null where there are none.</summary>
    internal Tensor? ReadNorms(int classes)
    {
        if (!Has(Names.ClassNorms))
            return null;
        Require(Names.ClassNorms, Shape(Names.ClassNorms) is [var c] && c == classes, $"[{classes}], one for each of class_names");
        RequireType(Names.ClassNorms, ScalarType.Float32, ScalarType.Float16, ScalarType.BFloat16);
        using var scope = NewDisposeScope();
        var norms = file.Read(Names.ClassNorms).to(ScalarType.Float32);
        if (norms.data<float>().FirstOrDefault(norm => !(norm > 0 && float.IsFinite(norm)), 1) is not 1 and var wrong)
            throw new TaskFault($"has the number {wrong} in '{Names.ClassNorms}': it needs norms above 0.");
        return norms.MoveToOuterDisposeScope();
    }

    /// <summary>[K, D]; null where there are none.</summary>
    internal Tensor? ReadAnchors(long width, int? names)
    {
        if (!Has(Names.Anchors))
            return null;
        Require(Names.Anchors, Shape(Names.Anchors) is [var k and > 0, var d] && d == width && k == (names ?? k),
            names is null ? $"[K, {width}], as wide as class.features"
                : $"[{names}, {width}], a row for each of anchor_names, as wide as class.features");
        return ReadUnit(Names.Anchors);
    }

    /// <summary>[V, N, D] and [N]; N may be 0, for methods that know classes by name.</summary>
    internal (Tensor Features, Tensor Labels) ReadSupport(long width, int classes)
    {
        var name = Names.Features(Names.Support);
        var fits = Shape(name) is [_, var d] && d == width || Shape(name) is [> 0, > 0, var w] && w == width;
        Require(name, fits, $"[N, {width}] or [V, N, {width}], as wide as class.features");
        var features = ReadUnit(name);
        features = features.dim() == 2 ? features.unsqueeze(0) : features;
        return (features, ReadLabels(Names.Support, features.shape[1], classes));
    }

    /// <summary>[Q, D] and [Q].</summary>
    internal LabelledFeatures ReadPart(string part, long width, int classes)
    {
        var name = Names.Features(part);
        Require(name, Shape(name) is [> 0, var d] && d == width, $"[Q, {width}], Q at least 1, as wide as class.features");
        var features = ReadUnit(name);
        return new LabelledFeatures(features, ReadLabels(part, features.shape[0], classes));
    }

    private bool Has(string name) => file.Entries.ContainsKey(name);

    private long[] Shape(string name) => Entry(name).Shape;

    private TensorEntry Entry(string name) =>
        file.Entries.TryGetValue(name, out var entry) ? entry : throw new TaskFault($"lacks the tensor '{name}': {Needed(name)}.");

    private static string Needed(string name) => name.StartsWith(Names.Validation, StringComparison.Ordinal)
        ? "validation needs both its features and its labels, or neither"
        : "a task needs support.features, support.labels, query.features, query.labels and class.features";

    private void Require(string name, bool holds, string expected)
    {
        if (!holds)
            throw new TaskFault($"has '{name}' of shape {FeatureChecks.ShapeText(Shape(name))}: it needs {expected}.");
    }

    private void RequireType(string name, params ScalarType[] types)
    {
        if (!types.Contains(Entry(name).Type))
            throw new TaskFault($"has '{name}' of type {ElementTypes.ToSafetensors(Entry(name).Type)}: " +
                $"it needs one of {string.Join(", ", types.Select(ElementTypes.ToSafetensors))}.");
    }

    /// <summary>
    /// Rows of length 1, F32. Lengths are taken in double precision, so that they are the same on every machine.
    /// </summary>
    private Tensor ReadUnit(string name)
    {
        RequireType(name, ScalarType.Float32, ScalarType.Float16, ScalarType.BFloat16);
        using var scope = NewDisposeScope();
        var features = file.Read(name).to(ScalarType.Float32);
        var lengths = features.to(ScalarType.Float64).norm(-1, keepdim: true);                      // […, 1]
        RequireNoRow(name, lengths.to(ScalarType.Float32).isfinite().logical_not(),
            "NaN, infinity or numbers too large", "encode it again");
        RequireNoRow(name, lengths.Lt(ShortestRow), "nothing but zeros", "it has no direction; encode it again, or leave it out");
        var unit = features / lengths.to(ScalarType.Float32);
        return where(lengths.Sub(1).abs().Gt(Rounding), unit, features).MoveToOuterDisposeScope();
    }

    private static void RequireNoRow(string name, Tensor bad, string found, string todo)
    {
        if (!bad.any().item<bool>())
            return;
        var place = bad.nonzero()[0].data<long>().ToArray()[..^1];
        throw new TaskFault($"has {found} in row {place[^1]}{(place.Length > 1 ? $" of view {place[0]}" : "")} of '{name}': {todo}.");
    }

    private Tensor ReadLabels(string part, long count, int classes)
    {
        var name = Names.Labels(part);
        Require(name, Shape(name) is [var n] && n == count, $"[{count}], one a row of {Names.Features(part)}");
        RequireType(name, ScalarType.Int64, ScalarType.Int32);
        using var scope = NewDisposeScope();
        var labels = file.Read(name).to(ScalarType.Int64);
        var bad = labels.Lt(0).logical_or(labels.Ge(classes));
        if (bad.any().item<bool>())
        {
            var row = bad.nonzero()[0, 0].item<long>();
            throw new TaskFault($"has the label {labels[row].item<long>()} in row {row} of '{name}': it needs 0 to {classes - 1}, " +
                "the places in class_names.");
        }
        return labels.MoveToOuterDisposeScope();
    }
}
