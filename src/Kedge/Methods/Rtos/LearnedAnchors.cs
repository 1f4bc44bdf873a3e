using Kedge.Clip.Prompts;
using Kedge.Features;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Kedge.Methods;

/// <summary>
/// Learnable anchors: a parameter with a row an anchor, and the encoding of rows as unit features. Owns the encoder,
/// not the parameter.
/// </summary>
internal abstract class LearnedAnchors(Parameter rows, IReadOnlyList<string> names, IDisposable? encoder = null) : IDisposable
{
    /// <summary>What is learned: [K, m, W] tokens or [K, D] points.</summary>
    public Parameter Rows { get; } = rows;

    /// <summary>The K words that the anchors start from.</summary>
    public IReadOnlyList<string> Names { get; } = names;

    /// <summary>The prompt around an anchor; empty where there is no text tower.</summary>
    public virtual string Template => "";

    /// <summary>The learned tokens [K, m, W]; <see langword="null"/> where points are learned.</summary>
    public virtual Tensor? Tokens => null;

    /// <summary>Rows to unit features [k, D]; differentiable.</summary>
    public abstract Tensor Encode(Tensor rows);

    public void Dispose() => encoder?.Dispose();
}

/// <summary>The paper's anchors: the [CLASS] tokens of a prompt, through CLIP's frozen text tower.</summary>
internal sealed class TokenAnchors(IPromptEncoder prompts, string template, Parameter tokens, IReadOnlyList<string> names)
    : LearnedAnchors(tokens, names, prompts)
{
    public override string Template => template;

    public override Tensor Tokens => Rows;

    public override Tensor Encode(Tensor rows) => prompts.Encode(rows.unsqueeze(1)).squeeze(1); // a bank of rows each, of one prompt
}

/// <summary>Anchors that are learned as points of the feature space, where there is no text tower.</summary>
internal sealed class PointAnchors(Parameter points, IReadOnlyList<string> names) : LearnedAnchors(points, names)
{
    public override Tensor Encode(Tensor rows) => rows.Unit();
}
