using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;
using Swarm.Api.Containers;
using Swarm.Images;
using Swarm.Images.Registry;
using Swarm.Runtime;

namespace Swarm.Api.Http;

/// <summary>Turns what a request met with into its answer.</summary>
internal sealed partial class ErrorAnswers(ILogger<ErrorAnswers> logger)
{
    public async Task AnswerAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
            if (context.Response is
                {
                    HasStarted: false,
                    StatusCode: StatusCodes.Status404NotFound or StatusCodes.Status405MethodNotAllowed,
                })
            {
                var (status, message) = UnknownRoutes.Explain(context.Request);
                context.Response.Headers.Remove(HeaderNames.Allow); // to Docker there is no such path
                await context.Response.WriteErrorAsync(status, message);
            }
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client has gone: nobody reads an answer.
        }
#pragma warning disable CA1031 // The edge of the process: whatever it is, the client is told and the daemon lives on.
        catch (Exception cause)
#pragma warning restore CA1031
        {
            await AnswerAsync(context, cause);
        }
    }

    private async Task AnswerAsync(HttpContext context, Exception cause)
    {
        var status = StatusOf(cause);
        if (status == StatusCodes.Status500InternalServerError)
        {
            var (method, path) = (context.Request.Method, context.Request.Path.Value ?? "");
            if (cause is ApiException) LogHostRefused(method, path, cause.Message);
            else LogFailed(cause, method, path);
        }

        if (context.Response.HasStarted)
        {
            context.Abort();
            return;
        }

        await context.Response.WriteErrorAsync(status, cause.Message);
    }

    private static int StatusOf(Exception cause) => cause switch
    {
        ApiException api => api.Status,
        BadHttpRequestException bad => bad.StatusCode,
        { InnerException: BadHttpRequestException bad } => bad.StatusCode, // its body was read by somebody else
        ContainerException refused => ContainerDesk.StatusOf(refused.Fault),
        ImageException { Fault: ImageFault.NotFound } => StatusCodes.Status404NotFound,
        ImageException { Fault: ImageFault.InUse or ImageFault.Ambiguous } => StatusCodes.Status409Conflict,
        ImageException { Fault: ImageFault.Unsupported } => StatusCodes.Status501NotImplemented,
        ImageException => StatusCodes.Status400BadRequest,
        RegistryException refused => StatusOf(refused.Fault),
        _ => StatusCodes.Status500InternalServerError,
    };

    private static int StatusOf(RegistryFault fault) => fault switch
    {
        RegistryFault.NotFound => StatusCodes.Status404NotFound,
        RegistryFault.Unauthorized => StatusCodes.Status401Unauthorized,
        RegistryFault.Denied => StatusCodes.Status403Forbidden,
        RegistryFault.Unsupported => StatusCodes.Status501NotImplemented,
        RegistryFault.Unavailable => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status502BadGateway,
    };

    /// <remarks>Why is known, and no fault of the program.</remarks>
    [LoggerMessage(LogLevel.Warning, "The request {Method} {Path} could not be done: {Reason}")]
    private partial void LogHostRefused(string method, string path, string reason);

    [LoggerMessage(LogLevel.Error, "The request {Method} {Path} failed")]
    private partial void LogFailed(Exception cause, string method, string path);
}
