using System.Text.Json;
using System.Text.Json.Nodes;
using Kedge.Tensors;

namespace Kedge.FewShot;

/// <summary>
/// The fingerprint of a fit: the SHA-256, in hexadecimal, of everything that it starts from. The text tower is covered
/// by the class features, which it computes, and the code by its version.
/// </summary>
internal static class FitFingerprint
{
    /// <param name="method">The method with its options.</param>
    /// <param name="task">The task, its rows in canonical order, so that the order of files does not matter.</param>
    internal static string Compute(FewShotMethod method, FewShotTask task)
    {
        var (support, classes, validation) = (task.Support, task.Classes, task.Validation);
        using var fingerprint = new FingerprintBuilder();
        return fingerprint.AppendJson(new
        {
            Version = typeof(FitFingerprint).Assembly.GetName().Version!.ToString(),
            method.Name,
            Options = Options(method, task),
            ClassNames = classes.Names,
            classes.Templates,
            classes.LogitScale,
            support.Views,
            SupportCount = support.Count,
            task.FeatureWidth,
            Tower = task.Encoder?.TextTower?.Width,
            Anchors = task.Anchors?.Names,
            Device = task.Device.type.ToString(),
        })
            .Append([.. support.Images.Tensors, support.Labels, classes.HasNames ? classes.Features : null, task.Anchors?.Features])
            .Append([task.Encoder?.Projection?.Weight, task.Encoder?.Projection?.Bias, validation?.Features, validation?.Labels])
            .Complete();
    }

    /// <summary>The options; whether classes are balanced is one of them only where that changes anything.</summary>
    private static JsonObject Options(FewShotMethod method, FewShotTask task)
    {
        var options = JsonObject.Create(method.Options.ToJson())!;
        if (task.ClassWeights is null)
            options.Remove(JsonNamingPolicy.CamelCase.ConvertName(nameof(MethodOptions.BalanceClasses)));
        return options;
    }
}
