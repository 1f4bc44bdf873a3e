using System.Security.Cryptography;
using System.Text.Json;
using Kedge.Tensors;
using static TorchSharp.torch;

namespace Kedge.FewShot;

/// <summary>
/// Which fit a fit is: the SHA-256, in hexadecimal, of everything that it starts from. The text tower is covered by the class features, which are its work, and
/// the code by its version.
/// </summary>
internal static class FitIdentity
{
    /// <param name="method">The method with its options.</param>
    /// <param name="task">The task, its rows in canonical order, so that the order of files does not matter.</param>
    internal static string Of(FewShotMethod method, FewShotTask task)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(JsonSerializer.SerializeToUtf8Bytes(new
        {
            Version = typeof(FitIdentity).Assembly.GetName().Version!.ToString(),
            method.Name,
            Options = method.Options.ToJson(),
            task.ClassNames,
            task.Templates,
            task.LogitScale,
            task.Views,
            task.SupportCount,
            task.FeatureWidth,
            Tower = task.TextTower?.Width,
            Anchors = task.Anchors?.Names,
            Device = task.Device.type.ToString(),
        }));
        foreach (var tensor in (Tensor?[])[.. task.Support.Tensors, task.SupportLabels, task.HasNames ? task.ClassFeatures : null, task.Anchors?.Features, task.Projection?.Weight, task.Projection?.Bias, task.Validation?.Images.Image, task.Validation?.Labels])
        {
            if (tensor is not null)
                TensorBytes.Visit(tensor, hash.AppendData);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
