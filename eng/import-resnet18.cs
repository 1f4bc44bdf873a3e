#:property PublishAot=false
#:package Microsoft.ML.DnnImageFeaturizer.ResNet18
#:package Microsoft.ML.OnnxRuntime
#:package OnnxSharp
#:project ../src/Kedge.Cli/Kedge.Cli.csproj

// Makes the trunk of kedge-base's image tower of the ResNet-18 in ML.NET's package Microsoft.ML.DnnImageFeaturizer.ResNet18 (MIT), which
// was trained on ImageNet-1k and exported by CNTK; its output is the pooled map, without the 1,000 classes. Its last stage has three
// blocks, where He et al. have two.
// Run: dotnet run eng/import-resnet18.cs -- OUT.safetensors
//
// Batch norms are folded into the convolutions. The export takes blue, green, red of 0 to 255 minus a mean image, which the package's
// own graph of preprocessing subtracts; here the first convolution takes red, green, blue of 0 to 1 minus that image. The export pads
// unevenly where the stride is 2 (one row less at the end); of an even side no window reaches that row, so equal padding is the same.
// The tower is compared with ONNX Runtime on the export itself before anything is written.
using System.Runtime.InteropServices;
using Kedge.Clip.Towers;
using Kedge.Runtime;
using Kedge.Tensors;
using Microsoft.ML.OnnxRuntime;
using Onnx;
using static TorchSharp.torch;

const int width = 64;
const double epsilon = 1e-5, tolerance = 1e-4;
if (args is not [var path])
{
    Console.Error.WriteLine("Give the file to write, such as resnet18.safetensors.");
    return 2;
}
LibTorch.Load();
using var scope = NewDisposeScope();
using var noGrad = no_grad();
var models = Path.Combine(AppContext.BaseDirectory, "DnnImageModels");
var export = Path.Combine(models, "ResNet18Onnx", "ResNet18.onnx");
var preparation = ModelProto.Parser.ParseFrom(File.ReadAllBytes(Path.Combine(models, "ResNetPrepOnnx", "ResNetPreprocess.onnx"))).Graph;
var mean = Read(preparation.Initializer.Single(tensor => tensor.Name == "MeanImage")).squeeze(0); // blue, green, red
var trunk = Fold(ModelProto.Parser.ParseFrom(File.ReadAllBytes(export)).Graph);
trunk["visual.mean"] = mean.flip(0).Div(255).to(ScalarType.Float32).contiguous();
trunk["visual.conv1.weight"] = trunk["visual.conv1.weight"].flip(1).Mul(255).contiguous();

int[] blocks = [.. Enumerable.Range(1, 4)
    .Select(stage => trunk.Keys.Count(key => key.StartsWith($"visual.layer{stage}.") && key.EndsWith("conv1.weight")))];

var difference = Enumerable.Range(1, 4).Max(seed => Difference(Noise(seed)));
Console.WriteLine($"Pooled features differ from ONNX Runtime's by at most {difference:0.0e+0}; {tolerance:0.0e+0} is allowed.");
if (difference > tolerance)
    return 1;
SafetensorsWriter.Write(path, trunk);
Console.WriteLine(
    $"Blocks {string.Join("-", blocks)}, {trunk.Count} tensors, {trunk.Values.Sum(tensor => tensor.numel()):N0} numbers: {path}");
return 0;

// A stage has as many channels as it puts out; its 3×3 convolutions in the order of the graph are two a block.
static Dictionary<string, Tensor> Fold(GraphProto graph)
{
    var numbers = graph.Initializer.ToDictionary(tensor => tensor.Name, Read);
    var (trunk, seen) = (new Dictionary<string, Tensor>(), new int[5]);
    foreach (var convolution in graph.Node.Where(node => node.OpType == "Conv"))
    {
        var norm = graph.Node.Single(node => node.OpType == "BatchNormalization" && node.Input[0] == convolution.Output[0]);
        var (scale, shift, average, variance) =
            (numbers[norm.Input[1]], numbers[norm.Input[2]], numbers[norm.Input[3]], numbers[norm.Input[4]]);
        var weight = numbers[convolution.Input[1]];
        var factor = scale / variance.Add(epsilon).sqrt();
        var stage = 1 + long.Log2(weight.shape[0] / width);
        var name = weight.shape[^1] switch
        {
            7 => "conv1",
            1 => $"layer{stage}.0.downsample",
            _ => $"layer{stage}.{seen[stage] / 2}.conv{1 + (seen[stage]++ % 2)}",
        };
        trunk[$"visual.{name}.weight"] = (weight * factor.view(-1, 1, 1, 1)).to(ScalarType.Float32);
        trunk[$"visual.{name}.bias"] = (shift - (average * factor)).to(ScalarType.Float32);
    }
    return trunk;
}

// F64
static Tensor Read(TensorProto stored)
{
    var numbers = stored.FloatData.Count > 0 ? [.. stored.FloatData] : MemoryMarshal.Cast<byte, float>(stored.RawData.Span).ToArray();
    return tensor(numbers, [.. stored.Dims]).to(ScalarType.Float64);
}

// Of the tower from the export, in the pooled map's largest element.
double Difference(Tensor pixels)
{
    var configuration = new BasicResNetConfiguration(224, width, blocks);
    using var tower = new BasicResNet(new Weights((key, shape) => trunk.GetValueOrDefault($"visual.{key}") is { } known
        ? known.to(ScalarType.Float32, copy: true).DetachFromDisposeScope()
        : zeros(shape).DetachFromDisposeScope()), configuration, featureWidth: 1);
    using var session = new InferenceSession(export);
    var input = pixels.flip(1).Mul(255) - mean;
    using var values = OrtValue.CreateTensorValueFromMemory(input.to(ScalarType.Float32).data<float>().ToArray(), [1, 3, 224, 224]);
    using var outputs = session.Run(new RunOptions(), [session.InputNames[0]], [values], [session.OutputNames[0]]);
    var expected = tensor(outputs[0].GetTensorDataAsSpan<float>().ToArray());
    return (tower.Map(pixels.to(ScalarType.Float32)).mean([0, 2, 3]) - expected).abs().max().item<float>();
}

// Blots of colour of many sizes.
static Tensor Noise(int seed)
{
    using var generator = new Generator((ulong)seed);
    return Enumerable.Range(1, 5).Select(size => nn.functional.interpolate(rand([1, 3, 7 << size, 7 << size], generator: generator),
        [224, 224], mode: InterpolationMode.Bilinear, align_corners: false)).Aggregate((sum, next) => sum.Add(next)).Div(5);
}
