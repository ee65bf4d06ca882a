using System.Text.Json;
using Swarm.Images.Repositories;

namespace Swarm.Images.Uploads;

/// <summary>Blobs on their way in from clients: a folder for each, which outlives swarmd.</summary>
/// <remarks>Safe for use by many at once.</remarks>
internal sealed class UploadFolder
{
    private const string RecordName = "upload.json";
    private const string DataName = "data";

    private static readonly TimeSpan ForsakenAfter = TimeSpan.FromMinutes(10);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Upload> _uploads = new(StringComparer.Ordinal);
    private readonly StoreFolders _folders;
    private readonly NodeRegistryOptions _options;
    private readonly TimeProvider _time;

    /// <remarks>What has no record that can be read was never answered to anybody, or is lost: it goes.</remarks>
    public UploadFolder(StoreFolders folders, NodeRegistryOptions options, TimeProvider time)
    {
        (_folders, _options, _time) = (folders, options, time);
        foreach (var path in Directory.GetDirectories(folders.Uploads))
        {
            if (Open(path) is { } upload) _uploads.Add(upload.Id, upload);
            else folders.Discard(path);
        }
    }

    public int Count
    {
        get
        {
            lock (_gate) return _uploads.Count;
        }
    }

    /// <summary>Bytes of all of them.</summary>
    public long Size
    {
        get
        {
            lock (_gate) return _uploads.Values.Sum(upload => upload.Size);
        }
    }

    /// <exception cref="RepositoryException">There are too many.</exception>
    public Upload Begin(string repository)
    {
        var id = Guid.NewGuid().ToString("N");
        lock (_gate)
        {
            if (_uploads.Count >= _options.UploadsMax && FindForsaken() is { } forsaken) Remove(forsaken);
            if (_uploads.Count >= _options.UploadsMax)
            {
                throw new RepositoryException(
                    RepositoryFault.TooManyRequests, $"{_uploads.Count} uploads are open, and no more are taken");
            }

            var path = Path.Combine(_folders.Uploads, id);
            Directory.CreateDirectory(path);
            StoreSteps.BeforeWrite("upload begun");
            File.WriteAllBytes(Path.Combine(path, DataName), []);
            // Not brought to the disk: a loss of power costs the upload, which is begun anew then.
            File.WriteAllBytes(
                Path.Combine(path, RecordName),
                JsonSerializer.SerializeToUtf8Bytes(new UploadRecord(repository), StoreJson.Default.UploadRecord));
            return _uploads[id] = new Upload(
                id, repository, Path.Combine(path, DataName), _options, _time, _time.GetUtcNow());
        }
    }

    /// <exception cref="RepositoryException">The repository has no such upload.</exception>
    public Upload Get(string repository, string id)
    {
        lock (_gate)
        {
            return _uploads.TryGetValue(id, out var upload) && upload.Repository == repository
                ? upload
                : throw new RepositoryException(
                    RepositoryFault.BlobUploadUnknown, $"there is no upload {id} in this repository, or it has ended");
        }
    }

    /// <summary>Ends an upload; who still writes to it is stopped.</summary>
    public void Remove(Upload upload)
    {
        lock (_gate)
        {
            if (!_uploads.Remove(upload.Id)) return;
        }

        upload.Stop();
        _folders.Discard(Path.Combine(_folders.Uploads, upload.Id));
    }

    /// <summary>Ends those on which nothing has come for too long.</summary>
    /// <returns>How many.</returns>
    public int RemoveAbandoned()
    {
        List<Upload> abandoned;
        lock (_gate)
        {
            var since = _time.GetUtcNow() - _options.UnfinishedKept;
            abandoned = [.. _uploads.Values.Where(upload => !upload.IsBusy && upload.Touched < since)];
        }

        foreach (var upload in abandoned) Remove(upload);
        return abandoned.Count;
    }

    // Clients that are stopped leave theirs: these do not keep others out for a day.
    private Upload? FindForsaken()
    {
        var since = _time.GetUtcNow() - ForsakenAfter;
        return _uploads.Values.Where(upload => !upload.IsBusy && upload.Touched < since)
            .MinBy(upload => upload.Touched);
    }

    private Upload? Open(string path)
    {
        var record = Path.Combine(path, RecordName);
        var content = new FileInfo(Path.Combine(path, DataName));
        if (!File.Exists(record) || !content.Exists) return null;
        try
        {
            return new Upload(
                Path.GetFileName(path), StoreJson.Read(record, StoreJson.Default.UploadRecord).Repository,
                content.FullName, _options, _time, content.LastWriteTimeUtc);
        }
        catch (ImageException)
        {
            return null;
        }
    }
}
