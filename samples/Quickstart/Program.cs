using Kedge;
using Kedge.Clip;
using Kedge.Data;
using Kedge.Imaging;
using Kedge.Methods;

// The first argument is a folder with train/CLASS/*.jpg and test/CLASS/*.jpg; the others are photos to classify.
var photos = DatasetReader.Open(args[0]);

using var clip = ClipModel.Load("kedge-base"); // or the path of a published CLIP
using var classifier = ImageClassifier.Fit(clip, photos, new() { Method = new Rtos(new()), Shots = 16 });
classifier.Save("photos.kedge");

var result = classifier.Evaluate(photos.Test, photos.ClassNames);
Console.WriteLine($"{result.Top1:0.0 %} of {result.Count} test photos are right");

foreach (var (image, classes) in classifier.Predict([.. args.Skip(1).Select(path => ImageFile.OnDisk(path))], top: 3))
    Console.WriteLine($"{image.Name}: {string.Join(", ", classes.Select(found => $"{found.ClassName} {found.Probability:0 %}"))}");
