using Kedge.FewShot;
using Kedge.Imaging;
using Kedge.Methods;
using Kedge.Runtime;
using Kedge.Text;
using TorchSharp;

if (args is ["kedge-first"])
{
    LibTorch.Load();
    return 0;
}

using var two = torch.ones(2); // TorchSharp before anything of Kedge
using var classes = torch.eye(2);
using var support = classes.unsqueeze(0); // [1 view, 2 images, 2 features]
using var labels = torch.arange(2L);
using var classifier = new NearestClassMean().Fit(new FewShotTask(support, labels, classes, ["cat", "dog"], logitScale: 100, ["a photo of a {}."]));
using var logits = classifier.Logits(classes);
var crop = new Preprocessing().Crop(new DiskImageFile(args[0]));
Console.WriteLine($"{two.sum().item<float>()} {logits[1, 1].item<float>()} {ClipTokenizer.Default.Encode("a cat")[1]} {crop.Width}");
return 0;
