using System.Text.Json;
using Kedge.Clip.Prompts;
using Kedge.Runtime;
using static TorchSharp.torch;

namespace Kedge.FewShot;

/// <summary>Everything a fitted classifier consists of, and all that is saved of it. Owns its tensors.</summary>
public sealed class ClassifierState : IDisposable
{
    /// <summary>The JSON format of records among the details.</summary>
    internal static readonly JsonSerializerOptions DetailsFormat = new(JsonSerializerDefaults.Web)
    {
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>Tensors that say something of the classes of the fit alone.</summary>
    private static readonly string[] OfClasses = [.. StoredSupport.TensorNames, Fitted.ClassBiasName];

    private readonly HashSet<string> _taken = [];

    /// <summary>The method's name in the catalog.</summary>
    public required string Method { get; init; }

    /// <summary>The method's options in effect, all of them.</summary>
    public required JsonElement Options { get; init; }

    /// <summary>The C names, in the order of the logits.</summary>
    public required IReadOnlyList<string> ClassNames { get; init; }

    /// <summary>The prompt templates behind the class features.</summary>
    public required IReadOnlyList<string> Templates { get; init; }

    /// <summary>
    /// What the N support images are called, in the order of any tensor of them; empty where they had no names.
    /// </summary>
    public required IReadOnlyList<string> SupportNames { get; init; }

    /// <summary>CLIP's logit scale.</summary>
    public required float LogitScale { get; init; }

    /// <summary>D: the joint feature width.</summary>
    public required int FeatureWidth { get; init; }

    /// <summary>Which data chose the hyper-parameters; "none" where all are the options'.</summary>
    public required string Selection { get; init; }

    /// <summary>Further data of the method, for explanation; an empty object where nothing.</summary>
    public required JsonElement Details { get; init; }

    /// <summary>
    /// What was learned, by name: F32 or int64, contiguous, without gradient. Owned by the state: read them, do
    /// not change or dispose them.
    /// </summary>
    public required IReadOnlyDictionary<string, Tensor> Tensors { get; init; }

    /// <summary>
    /// The text tower of the model that the classifier is of, for one that encodes texts when it classifies;
    /// <see langword="null"/> where only features are available. Not owned, and not saved.
    /// </summary>
    internal ITextTower? TextTower { get; init; }

    /// <summary>C: classes.</summary>
    public int ClassCount => ClassNames.Count;

    /// <summary>Gets a tensor by its name, checked; for constructors of classifiers.</summary>
    /// <param name="name">The name under which the fit returned it.</param>
    /// <param name="type">The element type it must have.</param>
    /// <param name="shape">The lengths it must have; −1 is any.</param>
    /// <returns>A tensor that stays owned by the state.</returns>
    /// <exception cref="KedgeException">It is missing, or of another type or shape.</exception>
    public Tensor Take(string name, ScalarType type, params long[] shape)
    {
        if (!Tensors.TryGetValue(name, out var tensor))
            throw Damaged($"no tensor '{name}' among {string.Join(", ", Tensors.Keys)}");
        var fits = tensor.shape.Length == shape.Length && tensor.shape.Zip(shape).All(pair => pair.Second < 0 || pair.First == pair.Second);
        if (tensor.dtype != type || !fits)
            throw Damaged($"'{name}' as {tensor.dtype} {tensor.Shape()}, expected {type} {FeatureChecks.ShapeText(shape)}");
        _taken.Add(name);
        return tensor;
    }

    /// <summary>Gets labels by their name, checked as by <see cref="Take"/> and to be classes.</summary>
    /// <param name="name">The name under which the fit returned them.</param>
    /// <param name="count">How many there must be.</param>
    /// <returns>[count] int64, each in 0 … C−1; stays owned by the state.</returns>
    /// <exception cref="KedgeException">They are missing, of another type or count, or no classes.</exception>
    public Tensor TakeLabels(string name, long count)
    {
        var labels = Take(name, ScalarType.Int64, count);
        using var scope = NewDisposeScope();
        var (low, high) = count == 0 ? (0, 0) : (labels.min().item<long>(), labels.max().item<long>());
        return low >= 0 && high < ClassCount ? labels : throw Damaged($"'{name}' from {low} to {high}, expected 0 to {ClassCount - 1}");
    }

    /// <summary>
    /// The tensors whose names begin with a prefix, by the rest of the name, for a member classifier, which checks
    /// them. They stay owned by the state.
    /// </summary>
    internal Dictionary<string, Tensor> TakeAll(string prefix)
    {
        string[] names = [.. Tensors.Keys.Where(name => name.StartsWith(prefix, StringComparison.Ordinal))];
        _taken.UnionWith(names);
        return names.ToDictionary(name => name[prefix.Length..], name => Tensors[name]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in Tensors.Values)
            tensor.Dispose();
    }

    /// <summary>
    /// The same for novel classes: all tensors are copied but those of support images, which
    /// show none of these classes.
    /// </summary>
    /// <param name="classes">The novel classes.</param>
    /// <param name="replaced">The tensors that are others; copied too.</param>
    /// <param name="details">Other details; <see langword="null"/> for the same.</param>
    /// <returns>A state of its own; dispose it.</returns>
    public ClassifierState Transfer(ClassSet classes, IReadOnlyDictionary<string, Tensor> replaced, JsonElement? details = null) =>
        TransferOnly(classes, Tensors.Where(pair => !OfClasses.Contains(pair.Key) && !replaced.ContainsKey(pair.Key))
            .Concat(replaced), details ?? Details);

    /// <summary>The same for novel classes, with copies of these tensors alone.</summary>
    internal ClassifierState TransferOnly(ClassSet classes, IEnumerable<KeyValuePair<string, Tensor>> tensors, JsonElement details) => new()
    {
        Method = Method,
        Options = Options,
        ClassNames = classes.Names,
        Templates = Templates,
        SupportNames = [],
        LogitScale = LogitScale,
        FeatureWidth = FeatureWidth,
        Selection = Selection,
        Details = details,
        TextTower = classes.TextTower,
        Tensors = tensors.ToDictionary(pair => pair.Key, pair => pair.Value.detach().contiguous().clone().DetachFromDisposeScope()),
    };

    /// <summary>The details as a record.</summary>
    /// <param name="what">What they are, for the message.</param>
    /// <exception cref="KedgeException">They are no such record, or lack a part of it.</exception>
    internal T ReadDetails<T>(string what) where T : class
    {
        try
        {
            return Details.Deserialize<T>(DetailsFormat) ?? throw new JsonException("null");
        }
        catch (JsonException e)
        {
            throw Damaged($"no {what} ({e.Describe()})");
        }
    }

    /// <summary>A number among the details.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="otherwise">What it is where the details lack it, as those of earlier versions.</param>
    internal double ReadNumber(string name, double otherwise)
    {
        if (Details.ValueKind != JsonValueKind.Object || !Details.TryGetProperty(name, out var value))
            return otherwise;
        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && double.IsFinite(number)
            ? number
            : throw Damaged($"{value.GetRawText()} for {name}");
    }

    /// <summary>The state after a fit.</summary>
    /// <param name="method">The method.</param>
    /// <param name="task">The task that it was fitted on.</param>
    /// <param name="fitted">What it returned.</param>
    /// <param name="learned">
    /// What it went on from, whose classes come first; <see langword="null"/> for nothing.
    /// </param>
    internal static ClassifierState Create(FewShotMethod method, FewShotTask task, Fitted fitted, ClassifierState? learned = null) => new()
    {
        Method = method.Name,
        Options = method.Options.ToJson(),
        ClassNames = [.. learned?.ClassNames ?? [], .. task.Classes.Names],
        Templates = task.Classes.Templates,
        SupportNames = [.. learned?.SupportNames ?? [], .. task.Support.Names ?? []],
        LogitScale = task.Classes.LogitScale,
        FeatureWidth = task.FeatureWidth,
        Selection = fitted.Selection,
        Details = fitted.Details ?? JsonSerializer.SerializeToElement(new { }),
        TextTower = task.Encoder?.TextTower,
        Tensors = fitted.All.ToDictionary(pair => pair.Key, pair => pair.Value.detach().contiguous().clone().DetachFromDisposeScope()),
    };

    internal string? FindNotFinite() => Tensors.FirstOrDefault(pair => !pair.Value.AllFinite()).Key;

    internal void RequireAllTaken()
    {
        var unexpected = Tensors.Keys.Except(_taken).ToList();
        if (unexpected.Count > 0)
            throw Damaged($"the unexpected tensors {string.Join(", ", unexpected)}");
    }

    internal KedgeException Damaged(string found) =>
        new($"Restoring a classifier of {Method} found {found}: the file is damaged; fit it again.");
}
