using System.Globalization;
using Kedge.Fuzzing;
using Kedge.Fuzzing.Judging;
using Kedge.Fuzzing.Running;
using Xunit.MicrosoftTestingPlatform;

// Without one of these words it is the program of the tests that dotnet test runs.
CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
switch (args)
{
    case ["worker", var scratch]:
        using (var worker = new Worker(scratch, new Limits()))
            worker.Run(Console.In, Console.Out);
        Directory.Delete(scratch, recursive: true); // its parent may be gone
        return 0;
    case ["fuzz" or "reproduce" or "table" or "--help", ..]:
        return FuzzCommands.Root.Parse(args).Invoke();
    default:
        return await TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions);
}
