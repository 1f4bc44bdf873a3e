using Kedge.Tensors;
using Kedge.Tests.Support;

namespace Kedge.Tests.Tensors;

public sealed class TemporaryFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_a_killed_process_left_is_swept_and_what_is_being_written_or_not_ours_is_not()
    {
        var target = _folder["x.kedge"];
        var left = _folder.Write("x.kedge.abcdefgh.ijk.tmp", "half");
        string[] others = [_folder.Write("x.kedge.backup.tmp", "a user's"), _folder.Write("y.kedge.abcdefgh.ijk.tmp", "of another file"),
            _folder.Write("x.kedge.old.abcdefgh.ijk.tmp", "of another file"), _folder.Write("notes.tmp", "a user's")];
        using (var writing = TemporaryFile.Create(target))
        {
            AtomicFile.Write(target, stream => stream.WriteByte(1));
            Assert.True(File.Exists(writing.Name));
            Assert.False(File.Exists(left));
        }
        AtomicFile.Write(target, stream => stream.WriteByte(2));
        Assert.Equal([.. others.Append(target).Order()], _folder.Entries.Order());
    }

    [Fact]
    public void A_file_that_is_swept_while_it_is_written_is_not_lost()
    {
        AtomicFile.Write(_folder["x"], stream =>
        {
            stream.WriteByte(1);
            TemporaryFile.SweepFolder(_folder.Path);
        });
        Assert.Equal([1], File.ReadAllBytes(_folder["x"]));
    }

    [Fact]
    public void Folders_that_killed_processes_left_are_swept_and_those_being_written_are_not()
    {
        var left = Directory.CreateDirectory(_folder["x.abcdefgh.ijk.tmp"]).FullName;
        _folder.Write("x.abcdefgh.ijk.tmp/1.png", "half");
        _folder.Write("x.abcdefgh.ijk.tmp.lock", "");
        _folder.Write("x.abcdefgh.xyz.tmp.lock", ""); // of a folder that was not made yet
        var other = Directory.CreateDirectory(_folder["x.backup.tmp"]).FullName;
        AtomicFile.WriteFolder(_folder["x"], outer =>
        {
            Assert.False(Directory.Exists(left));
            Directory.CreateDirectory(outer);
            AtomicFile.WriteFolder(_folder["x"], inner => Directory.CreateDirectory(inner));
            Assert.True(Directory.Exists(outer));
        });
        Assert.Equal([_folder["x"], other], _folder.Entries.Order());
    }

    [Fact]
    public void A_lock_is_had_by_one_and_free_afterwards()
    {
        File.WriteAllText(_folder["run.lock"], ""); // of a killed process
        using (var first = FileLock.Take(_folder["run.lock"]))
        {
            Assert.NotNull(first);
            Assert.Null(FileLock.Take(_folder["run.lock"]));
        }
        Assert.Empty(_folder.Entries);
        using var second = FileLock.Take(_folder["run.lock"]);
        Assert.NotNull(second);
    }
}
