#:property PublishAot=false
#:project ../src/Kedge.Cli/Kedge.Cli.csproj

// Puts kedge-base together (docs/models/kedge-base.md).
// Run: dotnet run eng/kedge-base-model.cs -- TRUNK PROJECTION TEXT OUT
//   TRUNK       of eng/import-resnet18.cs
//   PROJECTION  of eng/kedge-base-projection.cs
//   TEXT        a model of `kedge pretrain`, of which the text tower is taken
using Kedge.Runtime;
using Kedge.Tensors;
using static TorchSharp.torch;

if (args is not [var trunkPath, var projectionPath, var textPath, var outPath])
{
    Console.Error.WriteLine("Give TRUNK PROJECTION TEXT OUT; the script's head says what they are.");
    return 2;
}
LibTorch.Load();
using var scope = NewDisposeScope();
var model = new Dictionary<string, Tensor>();
foreach (var (key, value) in ReadAll(textPath).Where(entry => !entry.Key.StartsWith("visual.", StringComparison.Ordinal))
    .Concat(ReadAll(trunkPath)).Concat(ReadAll(projectionPath).Where(entry => entry.Key != "image_moment")))
    model[key] = key is "joint_mean" or "logit_scale" ? value : value.to(ScalarType.Float16);
SafetensorsWriter.Write(outPath, model);
Console.WriteLine($"{model.Values.Sum(value => value.numel()):N0} numbers, {new FileInfo(outPath).Length / 1e6:0.0} MB: {outPath}");
return 0;

static Dictionary<string, Tensor> ReadAll(string path)
{
    using var file = SafetensorsFile.Open(path);
    return file.Entries.Keys.ToDictionary(key => key, key => file.Read(key).clone());
}
