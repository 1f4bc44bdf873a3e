using Kedge.Checkpoints;
using Kedge.Clip;
using Kedge.Clip.Towers;
using Kedge.Imaging;

namespace Kedge.Reports.Records;

/// <summary>A description of a CLIP model.</summary>
/// <param name="Name">Its name.</param>
/// <param name="FeatureWidth">D.</param>
/// <param name="Parameters">The number of parameters of both towers.</param>
/// <param name="LogitScale">The factor of cosines before the softmax.</param>
/// <param name="Vision">The image tower.</param>
/// <param name="Text">The text tower.</param>
/// <param name="Preprocessing">Image preprocessing.</param>
/// <param name="Layout">The naming scheme of its tensors.</param>
/// <param name="Format">The format of its file.</param>
/// <param name="Fingerprint">SHA-256 of its weights.</param>
/// <param name="Precision">What its image tower multiplies.</param>
/// <param name="Settings">Where each setting comes from; nowhere where it is assumed.</param>
internal sealed record ModelRecord(
    string Name, int FeatureWidth, long Parameters, float LogitScale, VisionConfiguration Vision, TextConfiguration Text,
    Preprocessing Preprocessing, CheckpointLayout Layout, CheckpointFormat Format, string Fingerprint,
    EncoderPrecision Precision, IReadOnlyList<ModelSetting> Settings)
{
    public static ModelRecord From(ClipModel clip) => new(
        clip.Name, clip.FeatureWidth, clip.Parameters, clip.LogitScale, clip.Configuration.Vision, clip.Configuration.Text,
        clip.Preprocessing, clip.Layout, clip.Format, clip.Fingerprint, clip.Source.Precision, clip.Source.Settings);
}
