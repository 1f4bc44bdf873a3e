using Kedge.Text;

using static TorchSharp.torch;

namespace Kedge.FewShot;

/// <summary>The classes of a task: their names and text features. Does not own its tensor.</summary>
public sealed record TaskClasses
{
    private readonly Tensor? _features;

    /// <summary>Classes with names.</summary>
    /// <param name="names">C different names, at least two, in the order of the labels.</param>
    /// <param name="features">[C, D] unit F32: each class's text features, averaged over the templates and made
    /// unit length again.</param>
    /// <param name="logitScale">What CLIP multiplies a cosine by, above 0; 100 for OpenAI's weights.</param>
    /// <param name="templates">The prompt templates behind the features, kept with the classifier.</param>
    public TaskClasses(IReadOnlyList<string> names, Tensor features, float logitScale, IReadOnlyList<string> templates)
        : this(names, logitScale, templates) => _features = features;

    private TaskClasses(IReadOnlyList<string> names, float logitScale, IReadOnlyList<string> templates)
    {
        (Names, LogitScale, Templates) = ([.. names], logitScale, [.. templates]);
        PromptNames = Ids = Names;
    }

    /// <summary>The C names, in the order of the labels; numbers where the classes have no names.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>
    /// The C names that prompts are made of. Default: <see cref="Names"/>; others where several classes are called
    /// alike, which have their id in <see cref="Names"/>.
    /// </summary>
    public IReadOnlyList<string> PromptNames { get; init; }

    internal ClassNaming Naming => new(Ids, PromptNames) { Names = Names };

    /// <summary>C different ids. Default: <see cref="Names"/>.</summary>
    internal IReadOnlyList<string> Ids { get; init; }

    /// <summary>What CLIP multiplies a cosine by; 100 for OpenAI's weights.</summary>
    public float LogitScale { get; }

    /// <summary>The prompt templates behind <see cref="Features"/>, and for words that are no class names.</summary>
    public IReadOnlyList<string> Templates { get; }

    /// <summary>C: classes.</summary>
    public int Count => Names.Count;

    /// <summary>Whether the classes have names; if not, <see cref="Names"/> are numbers.</summary>
    public bool HasNames => _features is not null;

    /// <summary>
    /// [C, D] unit F32: each class's text features, averaged over the templates and made unit length again.
    /// </summary>
    /// <exception cref="KedgeException">The classes have no names.</exception>
    public Tensor Features => _features
        ?? throw new KedgeException("The features of class names were asked for of a task that has no class names: " +
            "take a method that does not look at them.");

    /// <summary>
    /// [C] F32, above 0: the norm of each class's mean over the templates of text features as the tower gives them,
    /// before they are made unit, on the device of the features; about 10 for OpenAI's weights. Learned prototypes of
    /// CLAP, ZS-LP and TaskRes start at it. <see langword="null"/> where it is unknown.
    /// </summary>
    public Tensor? Norms { get; init; }

    /// <summary>Whether one class is enough: of a task of further classes. Default false.</summary>
    internal bool AllowsOne { get; init; }

    /// <summary>Classes without names, which are numbers then: methods that need names refuse them.</summary>
    /// <param name="count">C, at least two.</param>
    /// <param name="logitScale">What CLIP multiplies a cosine by, above 0.</param>
    /// <param name="templates">Prompt templates for words that are no class names.</param>
    public static TaskClasses Unnamed(int count, float logitScale, IReadOnlyList<string> templates) =>
        new([.. Enumerable.Range(1, count).Select(number => FormattableString.Invariant($"class {number}"))], logitScale, templates);

    /// <summary>The same with copies of the features, without gradient, in the current dispose scope.</summary>
    internal TaskClasses Copy() => _features is null ? this
        : new(Names, _features.detach().clone(), LogitScale, Templates)
        {
            PromptNames = PromptNames,
            Ids = Ids,
            Norms = Norms?.detach().clone(),
            AllowsOne = AllowsOne,
        };
}
