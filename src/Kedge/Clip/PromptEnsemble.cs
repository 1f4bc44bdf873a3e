using Kedge.Features;
using Kedge.Text;
using static TorchSharp.torch;

namespace Kedge.Clip;

/// <summary>
/// Prompt ensembling (A. Radford et al., arXiv 2103.00020): one feature a class, of its name in every template; the
/// unit features are averaged and made unit length again.
/// </summary>
internal static class PromptEnsemble
{
    /// <summary>Encodes classes.</summary>
    /// <param name="classNames">C names.</param>
    /// <param name="templates">T ≥ 1 templates.</param>
    /// <param name="encode">From n texts to their unit features [n, D].</param>
    /// <returns>[C, D], unit, in the current dispose scope, differentiable where the encoder is.</returns>
    internal static Tensor Encode(
        IReadOnlyList<string> classNames, IReadOnlyList<PromptTemplate> templates, Func<IReadOnlyList<string>, Tensor> encode)
    {
        var features = encode([.. classNames.SelectMany(name => templates.Select(template => template.Fill(name)))]); // [C·T, D]
        return features.view(classNames.Count, templates.Count, -1).mean([1]).Unit();
    }

    /// <summary>
    /// Encodes classes, and measures them: the norms of the means over the templates without making anything unit.
    /// </summary>
    /// <param name="clip">The model.</param>
    /// <param name="classNames">C names.</param>
    /// <param name="templates">T ≥ 1 templates.</param>
    /// <returns>
    /// The features of <see cref="ClipModel.ClassFeatures"/> [C, D] and norms [C]; owned by the caller. No norms where
    /// the space is centred: there the tower has learned directions alone.
    /// </returns>
    internal static (Tensor Features, Tensor? Norms) EncodeWithNorms(
        ClipModel clip, IReadOnlyList<string> classNames, IReadOnlyList<PromptTemplate> templates)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        Tensor? norms = null;
        var features = Encode(classNames, templates, texts =>
        {
            var raw = clip.EncodeText(texts, normalize: false); // [C·T, D]
            norms = clip.Configuration.JointMean ? null : raw.view(classNames.Count, templates.Count, -1).mean([1]).norm(1);
            return raw.Unit();
        });
        return (features.MoveToOuterDisposeScope(), norms?.MoveToOuterDisposeScope());
    }
}
