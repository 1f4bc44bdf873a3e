#:property PublishAot=false
#:project ../src/Kedge.Cli/Kedge.Cli.csproj

// Learns the projection of kedge-base's image tower, its logit scale and its image moment (docs/models/kedge-base.md).
// Run: dotnet run eng/kedge-base-projection.cs -- TRUNK PHOTOS NAMES JOINT OUT
//   TRUNK   visual.* of eng/import-resnet18.cs
//   PHOTOS  a zip with one photo or more in a folder for each of ImageNet's 1,000 classes, named by its synset
//   NAMES   CLIP's text features of names, the first 1,000 of those classes in the order of their synsets
//   JOINT   joint.safetensors of eng/kedge-base-words.cs
//
// x: the trunk's unit features of the photos, minus their mean m; t: the classes' text features in the joint space, minus their mean.
//     W = (XᵀX + λI)⁻¹ XᵀT · (C + γ c I)⁻¹    z = unit(Wᵀ(x − m))    C: covariance of t, c: the mean of its eigenvalues
// The first factor is ridge regression, the second weighs the directions of the text space that few names take as much as the others:
// the closed form of Romera-Paredes and Torr, "An embarrassingly simple approach to zero-shot learning", 2015. λ and γ
// were chosen on classes that were left out, zero-shot and with few shots (docs/models/kedge-base.md); the logit scale is the one with the
// least cross entropy of five parts of the classes, each left out in turn.
using Kedge.Clip.Towers;
using Kedge.Data;
using Kedge.Features;
using Kedge.Imaging;
using Kedge.Runtime;
using Kedge.Tensors;
using static TorchSharp.torch;

const int parts = 5, classes = 1000, resolution = 224, width = 64;
const double lambda = 2, gamma = 3;
if (args is not [var trunkPath, var photosPath, var namesPath, var jointPath, var outPath])
{
    Console.Error.WriteLine("Give TRUNK PHOTOS NAMES JOINT OUT; the script's head says what they are.");
    return 2;
}
LibTorch.Load();
using var scope = NewDisposeScope();
using var noGrad = no_grad();
var trunk = ReadAll(trunkPath);
var mean = ReadAll(jointPath)["joint_mean"];
var names = ReadAll(namesPath)["features"].to(ScalarType.Float32).narrow(0, 0, classes).Unit().sub(mean).Unit(); // [1000, D]
var (photos, labels) = Photos();

var (scale, accuracy) = Calibrate();
var (projection, average) = Fit(Enumerable.Range(0, classes));
Console.WriteLine($"Logit scale {scale}; zero-shot {accuracy:0.0 %} of {classes / parts} classes that were left out");

var images = photos.sub(average).matmul(projection).Unit(); // [N, D]
var (values, axes) = linalg.eigh(images.t().matmul(images).div(images.shape[0]));
SafetensorsWriter.Write(outPath, new Dictionary<string, Tensor>
{
    ["visual.proj.weight"] = projection.t().contiguous(),
    ["visual.proj.bias"] = average.matmul(projection).neg().squeeze(0),
    ["logit_scale"] = tensor((float)Math.Log(scale)),
    ["joint_mean"] = mean,
    ["image_moment"] = axes.matmul(diag(values.clamp_min(0).sqrt())).matmul(axes.t()).contiguous(),
});
return 0;

static Dictionary<string, Tensor> ReadAll(string path)
{
    using var file = SafetensorsFile.Open(path);
    return file.Entries.Keys.ToDictionary(key => key, key => file.Read(key).clone());
}

// Unit features of the trunk [N, 512] and the class of each.
(Tensor Features, int[] Labels) Photos()
{
    int[] blocks = [.. Enumerable.Range(1, 4)
        .Select(stage => trunk.Keys.Count(key => key.StartsWith($"visual.layer{stage}.") && key.EndsWith("conv1.weight")))];
    using var tower = new BasicResNet(new Weights((key, shape) => trunk.GetValueOrDefault($"visual.{key}") is { } known
        ? known.to(ScalarType.Float32, copy: true).DetachFromDisposeScope()
        : zeros(shape).DetachFromDisposeScope()), new BasicResNetConfiguration(resolution, width, blocks), featureWidth: 1);
    var preprocessing = new Preprocessing { Resolution = resolution, Mean = default, Std = new(1, 1, 1) };
    var root = ImageRoot.Open(photosPath);
    var paths = root.Images.Order(StringComparer.Ordinal).ToArray();
    var synsets = paths.Select(path => path.Split('/')[0]).Distinct().ToList();
    if (synsets.Count != classes)
        throw new InvalidDataException($"'{photosPath}' has {synsets.Count} folders; expected one for each of {classes} classes.");
    var features = paths.Chunk(32).Select(chunk =>
    {
        using var batch = NewDisposeScope();
        var crops = chunk.Select(path => preprocessing.Crop(root.Find(path)!)).ToArray();
        return tower.Map(preprocessing.ToTensor(crops)).mean([2, 3]).Unit().MoveToOuterDisposeScope();
    });
    return (cat([.. features]), [.. paths.Select(path => synsets.IndexOf(path.Split('/')[0]))]);
}

static Tensor Rows(Tensor features, IEnumerable<int> rows) => features.index_select(0, tensor(rows.Select(row => (long)row).ToArray()));

// W and m, of the photos of some classes.
(Tensor Projection, Tensor Average) Fit(IEnumerable<int> learned)
{
    var known = learned.ToHashSet();
    int[] rows = [.. Enumerable.Range(0, labels.Length).Where(row => known.Contains(labels[row]))];
    var (x, t) = (Rows(photos, rows), Rows(names, rows.Select(row => labels[row])));
    var m = x.mean([0], keepdim: true);
    var (centred, targets) = (x.sub(m), t.sub(t.mean([0], keepdim: true)));
    var ridge = linalg.solve(centred.t().matmul(centred).add(eye(x.shape[1]).mul(lambda)), centred.t().matmul(targets));
    var texts = Rows(names, known.Order());
    texts = texts.sub(texts.mean([0], keepdim: true));
    var covariance = texts.t().matmul(texts).div(texts.shape[0]);
    var shrunk = covariance.add(eye(texts.shape[1]).mul(gamma).mul(covariance.diagonal().mean()));
    return (linalg.solve(shrunk, ridge.t()).t().contiguous(), m);
}

(double Scale, double Accuracy) Calibrate()
{
    int[] order = [.. Enumerable.Range(0, classes)];
    new SeededRandom(1).Shuffle(order);
    var leftOut = Enumerable.Range(0, parts)
        .Select(part => LeftOut([.. order.Where((_, place) => place % parts == part).Order()])).ToArray();
    var scale = Enumerable.Range(5, 56).MinBy(scale => leftOut.Sum(part =>
        nn.functional.cross_entropy(part.Cosines.mul(scale), part.Labels).item<float>()));
    return (scale, leftOut.Average(part => part.Cosines.argmax(1).eq(part.Labels).to(ScalarType.Float64).mean().item<double>()));

    (Tensor Cosines, Tensor Labels) LeftOut(int[] held)
    {
        var (projection, average) = Fit(order.Except(held));
        int[] rows = [.. Enumerable.Range(0, labels.Length).Where(row => held.Contains(labels[row]))];
        var z = Rows(photos, rows).sub(average).matmul(projection).Unit();
        var targets = rows.Select(row => (long)Array.IndexOf(held, labels[row])).ToArray();
        return (z.matmul(Rows(names, held).t()), tensor(targets));
    }
}
