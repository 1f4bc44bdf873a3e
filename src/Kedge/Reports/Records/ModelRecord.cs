using Kedge.Checkpoints;
using Kedge.Clip;
using Kedge.Clip.Towers;
using Kedge.Imaging;

namespace Kedge.Reports.Records;

/// <summary>What a CLIP is.</summary>
/// <param name="Name">Its name.</param>
/// <param name="FeatureWidth">D.</param>
/// <param name="Parameters">Numbers of both towers.</param>
/// <param name="LogitScale">The factor of cosines.</param>
/// <param name="Vision">The image tower.</param>
/// <param name="Text">The text tower.</param>
/// <param name="Preprocessing">How images are prepared.</param>
/// <param name="Layout">Whose names its tensors have.</param>
/// <param name="Format">Of its file.</param>
/// <param name="Fingerprint">SHA-256 of its weights.</param>
internal sealed record ModelRecord(
    string Name, int FeatureWidth, long Parameters, float LogitScale, VisionConfiguration Vision, TextConfiguration Text,
    Preprocessing Preprocessing, CheckpointLayout Layout, CheckpointFormat Format, string Fingerprint)
{
    public static ModelRecord From(ClipModel clip) => new(
        clip.Name, clip.FeatureWidth, clip.Parameters, clip.LogitScale, clip.Configuration.Vision, clip.Configuration.Text,
        clip.Preprocessing, clip.Layout, clip.Format, clip.Fingerprint);
}
