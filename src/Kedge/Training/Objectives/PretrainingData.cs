using Kedge.Data;
using Kedge.Data.Captions;

namespace Kedge.Training.Objectives;

/// <summary>The data of a pretraining run: training pairs, held-out images and features of teachers.</summary>
/// <param name="Pairs">Images and captions, of at least <see cref="PretrainingOptions.BatchSize"/> groups; every
/// image has a caption. None: the text tower alone is trained, to the teachers' features.</param>
internal sealed record PretrainingData(IReadOnlyList<CaptionedImage> Pairs)
{
    /// <summary>Images for evaluation at every checkpoint, never trained on; none by default.</summary>
    public HeldOutImages? HeldOut { get; init; }

    /// <summary>
    /// Text features of teachers, each a term of text distillation, beside the contrastive loss or without it;
    /// none by default.
    /// </summary>
    public IReadOnlyList<TeacherTextFeatures> Teachers { get; init; } = [];

    /// <summary>Compares text features in what images distinguish, too; none by default.</summary>
    public ImageMoment? ImageMoment { get; init; }
}

/// <summary>Labelled images for the evaluation of a training run.</summary>
/// <param name="Images">At least one.</param>
/// <param name="ClassNames">C names; a label indexes this list.</param>
internal sealed record HeldOutImages(IReadOnlyList<LabelledImage> Images, IReadOnlyList<string> ClassNames);
