using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Swarm.Api.Registry.Access;
using Swarm.Core.Images;
using Swarm.Images.Repositories;

namespace Swarm.Api.Registry;

/// <summary>Blobs on their way in.</summary>
/// <remarks>https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pushing-blobs</remarks>
internal sealed class UploadAnswers(INodeRegistry registry, RegistryAccess access)
{
    public async Task BeginAsync(RegistryCall call)
    {
        var query = call.Request.Query;
        if (query["digest-algorithm"].ToString() is { Length: > 0 } algorithm && algorithm != "sha256")
        {
            throw new RepositoryException(
                RepositoryFault.DigestInvalid, $"digests are made by sha256 here, not by {algorithm}");
        }

        if (query["mount"].ToString() is { Length: > 0 } mounted)
        {
            if (Mount(call, RepositoryNames.Digest(mounted), query["from"].ToString())) return;
        }
        else if (query["digest"].ToString() is { Length: > 0 } whole)
        {
            await TakeWholeAsync(call, RepositoryNames.Digest(whole));
            return;
        }

        Show(call, registry.BeginUpload(call.Repository), StatusCodes.Status202Accepted);
    }

    public async Task PatchAsync(RegistryCall call, string id)
    {
        BeAsSlowAsItIs(call);
        try
        {
            var received = await registry.ReceiveAsync(
                call.Repository, id, RangeOf(call), call.Request.Body, call.Aborted);
            Show(call, received, StatusCodes.Status202Accepted);
        }
        catch (RepositoryException wrong) when (wrong.Fault == RepositoryFault.RangeInvalid)
        {
            Show(call, registry.FindUpload(call.Repository, id), StatusCodes.Status416RangeNotSatisfiable);
            throw;
        }
    }

    public async Task FinishAsync(RegistryCall call, string id)
    {
        var digest = RepositoryNames.Digest(call.Request.Query["digest"].ToString());
        BeAsSlowAsItIs(call);
        try
        {
            await registry.FinishAsync(
                call.Repository, id, RangeOf(call), call.Request.Body, digest, call.Aborted);
        }
        catch (RepositoryException wrong) when (wrong.Fault == RepositoryFault.RangeInvalid)
        {
            Show(call, registry.FindUpload(call.Repository, id), StatusCodes.Status416RangeNotSatisfiable);
            throw;
        }

        ShowBlob(call, digest);
    }

    public Task Show(RegistryCall call, string id)
    {
        Show(call, registry.FindUpload(call.Repository, id), StatusCodes.Status204NoContent);
        return Task.CompletedTask;
    }

    public Task Cancel(RegistryCall call, string id)
    {
        registry.CancelUpload(call.Repository, id);
        call.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    private async Task TakeWholeAsync(RegistryCall call, Digest digest)
    {
        var upload = registry.BeginUpload(call.Repository);
        BeAsSlowAsItIs(call);
        try
        {
            await registry.FinishAsync(
                call.Repository, upload.Id, range: null, call.Request.Body, digest, call.Aborted);
        }
        catch
        {
            Forget(call, upload); // nobody knows where it could be gone on with
            throw;
        }

        ShowBlob(call, digest);
    }

    private void Forget(RegistryCall call, UploadProgress upload)
    {
        try
        {
            registry.CancelUpload(call.Repository, upload.Id);
        }
        catch (RepositoryException)
        {
            // It has ended already.
        }
    }

    // Without a repository to take it from, all are looked at that this client may pull from.
    private bool Mount(RegistryCall call, Digest digest, string from)
    {
        var sources = (from.Length == 0 ? registry.ListRepositoriesWith(digest) : [RepositoryNames.Parse(from)])
            .Where(one => access.Of(call.Asker, one).HasFlag(RegistryActions.Pull));
        if (!registry.Mount(call.Repository, digest, sources)) return false;
        ShowBlob(call, digest);
        return true;
    }

    // What comes slowly is given up when nothing comes: the store sees to that.
    private static void BeAsSlowAsItIs(RegistryCall call)
    {
        if (call.Context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate) rate.MinDataRate = null;
    }

    private static ChunkRange? RangeOf(RegistryCall call) =>
        ContentRange.Read(call.Request.Headers.ContentRange.ToString(), call.Request.ContentLength);

    private static void Show(RegistryCall call, UploadProgress upload, int status)
    {
        call.Response.StatusCode = status;
        call.Response.Headers.Location = $"/v2/{call.Name}/blobs/uploads/{upload.Id}";
        call.Response.Headers.Range = $"0-{Math.Max(0, upload.Size - 1)}";
        call.Response.Headers["Docker-Upload-UUID"] = upload.Id;
    }

    private static void ShowBlob(RegistryCall call, Digest digest)
    {
        call.Response.StatusCode = StatusCodes.Status201Created;
        call.Response.Headers.Location = $"/v2/{call.Name}/blobs/{digest}";
        call.Response.Headers["Docker-Content-Digest"] = digest.Value;
    }
}
