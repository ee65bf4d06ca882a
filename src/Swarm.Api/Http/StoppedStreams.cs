using Microsoft.AspNetCore.Http;

namespace Swarm.Api.Http;

/// <summary>Breaks what is cut off by the end of this process: a client shall not take a part of a stream for the
/// whole, nor a program that is still running for one that has ended well.</summary>
internal static class StoppedStreams
{
    public static async Task BreakAsync(HttpContext context, RequestDelegate next, CancellationToken stopping)
    {
        if (stopping.IsCancellationRequested)
        {
            context.Abort(); // on a connection from before: there is nobody here any more
            return;
        }

        await next(context);
        if (stopping.IsCancellationRequested && context.Response is { HasStarted: true, ContentLength: null })
            context.Abort();
    }
}
