using Kedge.Clip;
using Kedge.Data;
using Kedge.Features;
using Kedge.Methods;
using Kedge.Tasks;
using Kedge.Text;
using static TorchSharp.torch;

namespace Kedge;

/// <summary>
/// Finds words that would help to tell classes of photos apart, so that a person can pick or ban
/// anchors of <see cref="Rtos"/>.
/// </summary>
internal static class ImageAnchors
{
    /// <summary>
    /// Ranks words by <see cref="AnchorMining"/> on a data set's training part; nothing else of it is looked at.
    /// </summary>
    /// <param name="clip">The model whose features are compared; stays the caller's.</param>
    /// <param name="dataset">At least two classes.</param>
    /// <param name="words">The words; null is <see cref="OpenWords.Nouns"/>. Names of classes and repeated
    /// words are left out.</param>
    /// <param name="options">Of these count the shots, the seed, the views and the templates, of which the first is
    /// what words are put into; null is the defaults.</param>
    /// <param name="mining">How words are ranked; null is the defaults.</param>
    /// <param name="context">Cache and progress; null is none.</param>
    /// <param name="encoding">Told of the words encoded; null is nobody.</param>
    /// <param name="cancellation">Stops between two images or chunks of words.</param>
    /// <returns>The words, the largest gain first.</returns>
    /// <exception cref="KedgeException">A class has too few images, images cannot be read, fewer than two words are
    /// left, or one is too long.</exception>
    /// <exception cref="OperationCanceledException">Asked for by <paramref name="cancellation"/>; features of images
    /// made so far are in the cache.</exception>
    public static IReadOnlyList<AnchorGain> Rank(
        ClipModel clip, ImageDataset dataset, IReadOnlyList<string>? words = null, TaskOptions? options = null,
        AnchorMiningOptions? mining = null, EncodingContext? context = null,
        IProgress<WordProgress>? encoding = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(clip);
        ArgumentNullException.ThrowIfNull(dataset);
        options ??= new();
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var (task, _) = new TaskEncoder(clip, context).EncodeTask(dataset, FeatureKinds.Image, options, cancellation);
        return AnchorMining.Rank(task, words ?? OpenWords.Nouns, mining, encoding, cancellation);
    }
}
